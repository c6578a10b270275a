using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.Testing;
using Coordinator.Testing.Tools;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Users for the agents of one test, with homes and locks of their own. They are numbers that no user of the machine has.</summary>
[SupportedOSPlatform("linux")]
internal sealed class AgentUsers : IDisposable
{
    public const uint First = 61_000;

    public const long MaxProcesses = 500;

    public TestFiles Files { get; } = new();

    /// <summary>Goes on only where agents can have users of their own.</summary>
    public static void Require()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Agents have users of their own on Linux only.");
        Requirement.Holds(Environment.IsPrivilegedProcess, "Agents with users of their own need root: run the tests as root.");
    }

    /// <summary>A containment that gives each run a user.</summary>
    public async Task<UserContainment> ContainmentAsync(string kind, int users)
    {
        Require();
        await Machine.ContainmentAsync(kind);
        IReadOnlyList<AgentUser> all = AgentUserList.Resolve([$"{First}-{First + users - 1}"], MaxProcesses);

        // On the way to their homes.
        File.SetUnixFileMode(Files.Root, File.GetUnixFileMode(Files.Root) | UnixFileMode.OtherExecute);
        string runnerId = $"rnr_users{Environment.ProcessId}";
        IContainment inner = await Machine.CreateAsync(kind, runnerId);
        try
        {
            AgentPlaces places = new(Files.At("homes"), Files.At("locks"));
            return UserContainment.Create(inner, all, places, runnerId, TimeProvider.System, NullLogger.Instance);
        }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    public void Dispose() => Files.Dispose();
}
