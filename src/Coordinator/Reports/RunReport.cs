using Coordinator.Model;

namespace Coordinator.Reports;

/// <summary>What a runner reports of a run, bounded and checked.</summary>
/// <param name="Sequence">Counts the reports of the run under this claim.</param>
internal abstract record RunReport(RunClaim Claim, long Sequence)
{
    /// <summary>The agent's process started.</summary>
    /// <param name="Time">Null if the runner gave none that can be.</param>
    internal sealed record Started(RunClaim Claim, long Sequence, DateTimeOffset? Time, int ProcessId, string Containment, Isolation Isolation)
        : RunReport(Claim, Sequence);

    /// <summary>What the agent said and used.</summary>
    internal sealed record Events(
        RunClaim Claim, long Sequence, IReadOnlyList<Proto.SessionEvent> Items, Findings Findings, DateTimeOffset? ResultTime) : RunReport(Claim, Sequence);

    /// <summary>How far a stop came.</summary>
    internal sealed record Progress(RunClaim Claim, long Sequence, StopStep Step) : RunReport(Claim, Sequence);

    /// <summary>The run has ended.</summary>
    /// <param name="ProcessesLeft">How many of its processes are alive all the same.</param>
    internal sealed record Ended(RunClaim Claim, long Sequence, RunEnd End, Findings Findings, int ProcessesLeft) : RunReport(Claim, Sequence);
}

/// <summary>What is known of the agent's conversation.</summary>
/// <param name="ExecutorSessionId">The conversation's id inside the agent; empty if it told none.</param>
/// <param name="ConversationUsage">The totals of the conversation, as they go back to the runner; null if it told none.</param>
/// <param name="Usage">What the run used; null if the runner knows of none.</param>
internal sealed record Findings(string ExecutorSessionId, byte[]? ConversationUsage, Usage? Usage);

/// <summary>A step of a stop on the runner.</summary>
/// <param name="Time">Null if the runner gave none that can be.</param>
internal sealed record StopStep(StopPhase Phase, DateTimeOffset? Time, ClockReading Clock, int ProcessesLeft, string Detail);

internal enum StopPhase
{
    /// <summary>One that this coordinator does not know.</summary>
    Unknown,
    Received,
    Signalled,
    Killed,
}

/// <summary>A stop arrived at its runner.</summary>
internal sealed record StopReceipt(string CommandId, string RunId, DateTimeOffset? Time, ClockReading Clock);

/// <summary>How a run ended, as its runner says.</summary>
/// <param name="Time">Null if the runner gave none that can be.</param>
/// <param name="ExitCode">Null if it was ended by a signal, or because it did not exit after its result.</param>
/// <param name="Error">Why it could not be started, or what is known of a broken containment.</param>
internal sealed record RunEnd(
    RunOutcome Outcome,
    DateTimeOffset? Time,
    int? ExitCode,
    string Signal,
    bool Escalated,
    EndedProcesses Ended,
    string ResultText,
    bool ResultIsError,
    LastWords Said,
    string Error,
    ClockReading Clock);

internal enum RunOutcome
{
    /// <summary>One that this coordinator does not know.</summary>
    Unknown,
    Exited,
    Stopped,
    NeverStarted,
    StartFailed,
    RunnerRestarted,
    ContainmentBroken,
}
