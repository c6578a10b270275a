using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment;

/// <summary>How a later life of the runner finds a run again, within the same start of the machine. Immutable.</summary>
internal sealed record ContainerTrace
{
    /// <summary>Nothing that a later life could find.</summary>
    public static ContainerTrace None { get; } = new();

    /// <summary>
    /// Processes that are the run together with all below them. Each is known for good: a number that was given to
    /// another process since is not the same.
    /// </summary>
    public IReadOnlyList<ProcessIdentity> Processes { get; init; } = [];

    /// <summary>The user that was the run's alone; null if it ran as the runner's.</summary>
    public uint? UserId { get; init; }

    /// <summary>Where the run's cgroup is in the file system; empty if it has none.</summary>
    public string CgroupDirectory { get; init; } = "";

    /// <summary>What <c>/proc/&lt;pid&gt;/cgroup</c> calls it.</summary>
    public string CgroupPath { get; init; } = "";
}
