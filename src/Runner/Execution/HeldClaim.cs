using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>The newest claim of a run that the runner holds. The table's lock guards it.</summary>
internal sealed class HeldClaim(RunKey key)
{
    public RunKey Key => key;

    /// <summary>The run itself; null for a claim of which nothing is or ever was alive in this life.</summary>
    public IRunControl? Control { get; set; }

    /// <summary>Nothing of the run is alive; its reports wait for their acknowledgement.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The coordinator takes no more reports about the run.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>A newer claim of the same run, which begins when this one is proved gone.</summary>
    public Proto.StartRun? NextStart { get; set; }

    /// <summary>The newer claim was stopped: when this one is proved gone, it is reported as never started.</summary>
    public long? NextStoppedEpoch { get; set; }

    public Proto.HeldRun ToHello() => new()
    {
        RunId = key.RunId,
        Epoch = key.Epoch,
        State = HasEnded || Control is null ? Proto.HeldRunState.Ended : Control.State,
    };
}
