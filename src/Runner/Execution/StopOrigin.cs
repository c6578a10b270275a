namespace Coordinator.AgentRunner.Execution;

/// <summary>Who wants a run stopped.</summary>
internal enum StopOrigin
{
    /// <summary>A stop command; its progress and proof are reported.</summary>
    Coordinator,

    /// <summary>The runner shuts down; nobody asked for a stop, so the run is not reported as stopped.</summary>
    Shutdown,

    /// <summary>The run is over for the coordinator, which takes no more reports about it.</summary>
    Forgotten,

    /// <summary>The coordinator claimed the run anew, and the older claim must be gone before.</summary>
    Superseded,
}
