using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Users;

namespace Coordinator.AgentRunner.Tests.Containment;

[SupportedOSPlatform("linux")]
public sealed class AgentUserListTests
{
    public AgentUserListTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has users of this kind.");

    [Fact]
    public void Resolve_RangesAndNumbers_HaveNoHomeAndAGroupOfTheirOwn()
    {
        IReadOnlyList<AgentUser> users = AgentUserList.Resolve(["60000-60002", "60010"], maxProcesses: 100);

        Assert.Equal(["60000", "60001", "60002", "60010"], users.Select(user => user.Name));
        Assert.All(users, user => Assert.Equal((user.Id, 0, null), (user.Credentials.GroupId, user.Credentials.Groups.Count, user.Home)));
        Assert.All(users, user => Assert.Equal(100, user.Credentials.MaxProcesses));
    }

    /// <summary>Every machine has this user, and no agent should be it.</summary>
    [Theory]
    [InlineData("root", "user root is")]
    [InlineData("0", "user root is")]
    [InlineData("nobody-has-this-name", "useradd --create-home nobody-has-this-name")]
    [InlineData("60002-60001", "no range")]
    [InlineData("60000-80000", "no range of at most 10,000 users")]
    [InlineData("4294967295", "administrator")]
    public void Resolve_WhatCannotBeAnAgents_IsRefusedByName(string entry, string reason)
    {
        ContainmentUnavailableException refused = Assert.Throws<ContainmentUnavailableException>(() => AgentUserList.Resolve([entry], 100));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_UserNamedTwice_IsRefused()
    {
        ContainmentUnavailableException refused = Assert.Throws<ContainmentUnavailableException>(
            () => AgentUserList.Resolve(["60000-60003", "60002"], 100));

        Assert.Contains("names user 60002 twice", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_OfTheRunnersLogin_IsReplacedAndTheProfilesIsKept()
    {
        AgentUser user = AgentUserList.Resolve(["60000"], 100)[0];
        Dictionary<string, string> prepared = new() { ["PATH"] = "/bin", ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "", ["TMPDIR"] = "/of/the/profile" };

        IReadOnlyDictionary<string, string> environment = user.Environment(prepared, "/homes/run_a");

        Assert.Equal(
            [("HOME", "/homes/run_a"), ("LOGNAME", "60000"), ("PATH", "/bin"), ("TMPDIR", "/of/the/profile"), ("USER", "60000")],
            environment.Select(variable => (variable.Key, variable.Value)).Order());
    }
}
