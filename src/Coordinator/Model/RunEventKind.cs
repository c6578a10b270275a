namespace Coordinator.Model;

/// <summary>Everything that can happen to a run. The columns of the transition table.</summary>
internal enum RunEventKind
{
    /// <summary>The dispatcher hands the run to a runner.</summary>
    Claim,

    /// <summary>The runner reports that the agent's process started.</summary>
    Start,

    /// <summary>Somebody asks for a stop.</summary>
    RequestStop,

    /// <summary>The claim came to nothing: the agent was never started and, under this claim, never will be.</summary>
    ReturnUnstarted,

    /// <summary>The agent ended by itself with exit code 0, before any signal of a stop; nothing is alive.</summary>
    Complete,

    /// <summary>The agent ended by itself in another way, before any signal of a stop; nothing is alive.</summary>
    Fail,

    /// <summary>The agent could not be started.</summary>
    FailStart,

    /// <summary>The agent ended after the first signal of a stop, and nothing is alive.</summary>
    ProveStop,

    /// <summary>The run waited for a runner for longer than it may.</summary>
    ExpireQueue,

    /// <summary>The runner has been gone for too long, or no longer knows the run.</summary>
    LoseRunner,

    /// <summary>The runner's program restarted and did not carry the run over.</summary>
    RestartRunner,

    /// <summary>The run was broken out of its container: all that was found of it is ended, and what is left nobody knows.</summary>
    BreakContainment,
}
