using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>The processes that kill all processes of a user.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class UserKillerTests
{
    private const int Users = 4;

    private static readonly int Repetitions = TestForm.Of(100, 10_000);

    public UserKillerTests() => AgentUsers.Require();

    /// <summary>The killers of two users have the same real user: each may signal the other.</summary>
    [Fact]
    public async Task Kill_OfManyUsersAtOnce_EveryOneIsComplete()
    {
        await Parallel.ForAsync(0, Users, new ParallelOptions { MaxDegreeOfParallelism = Users }, (user, _) =>
        {
            for (int i = 0; i < Repetitions; i++)
                Assert.True(UserKiller.TryKillAllOf(Of(user), Machine.Program, Timeouts.Default));
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Who does not wait for it finds it again.</summary>
    [Fact]
    public async Task Kill_KillersAreLate_TheNextOneIsCompleteAndAllAreCollected()
    {
        for (int i = 0; i < Repetitions; i++)
            UserKiller.TryKillAllOf(Of(0), Machine.Program, TimeSpan.Zero);

        Assert.True(UserKiller.TryKillAllOf(Of(0), Machine.Program, Timeouts.Default));

        await Machine.AssertNoZombiesAsync();
    }

    [Fact]
    public async Task Start_ByTheRunnersOwnProgram_KillsAllOfTheUserAndNobodyElse()
    {
        using Process one = Sleep(user: 0);
        using Process other = Sleep(user: 0);
        using Process neighbour = Sleep(user: 1);
        await TestRun.EventuallyAsync(
            () => new UserProcesses(Of(0)).Alive().Count() == 2 && new UserProcesses(Of(1)).Alive().Count() == 1, "all are their users'");

        AgentExit? exit = Children.Collect(KillingProcess.Start(Machine.Program, Of(0)), wait: true);

        Assert.Equal(new AgentExit(0, null), exit);
        await one.WaitForExitAsync(TestContext.Current.CancellationToken);
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(new UserProcesses(Of(0)).Alive());
        Assert.False(neighbour.HasExited);
        neighbour.Kill();
        await neighbour.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>It may be what has taken them.</summary>
    [Fact]
    public async Task Alive_NoDescriptorIsLeft_SaysSo()
    {
        using Process process = Sleep(user: 0);
        await TestRun.EventuallyAsync(() => new UserProcesses(Of(0)).Alive().Any(), "it is its user's");

        IReadOnlyList<string> said = await WithoutDescriptors.LookAsync(process.Id, Of(0).UserId);

        Assert.Equal($"{Of(0).UserId}", said[3]);
        Assert.Contains("Too many open files", said[4], StringComparison.Ordinal);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static Credentials Of(int user) => new(AgentUsers.First + 50 + (uint)user, AgentUsers.First + 50, [], AgentUsers.MaxProcesses);

    private static Process Sleep(int user) => Process.Start(
        "setpriv", ["--reuid", $"{Of(user).UserId}", "--regid", $"{Of(user).GroupId}", "--clear-groups", "sleep", "3600"]);
}
