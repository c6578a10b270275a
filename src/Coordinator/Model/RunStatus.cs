namespace Coordinator.Model;

/// <summary>Where a run is in its life. See docs/run-lifecycle.md for the diagram.</summary>
internal enum RunStatus
{
    /// <summary>Waiting for a runner.</summary>
    Pending,

    /// <summary>Handed to a runner, not yet reported as started.</summary>
    Claimed,

    /// <summary>The agent's process is running.</summary>
    Running,

    /// <summary>A stop is durable; nothing is proved yet.</summary>
    Stopping,

    /// <summary>Ended by itself with exit code 0. Final.</summary>
    Completed,

    /// <summary>Ended badly, never started, or lost. Final.</summary>
    Failed,

    /// <summary>Stopped, with proof that nothing is alive. Final.</summary>
    Stopped,
}

internal static class RunStatuses
{
    /// <summary>Those that hold a runner's slot.</summary>
    public static readonly RunStatus[] OnRunner = [RunStatus.Claimed, RunStatus.Running, RunStatus.Stopping];

    public static readonly RunStatus[] Active = [RunStatus.Pending, .. OnRunner];

    public static bool IsTerminal(this RunStatus status) =>
        status is RunStatus.Completed or RunStatus.Failed or RunStatus.Stopped;
}
