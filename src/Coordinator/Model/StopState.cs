namespace Coordinator.Model;

/// <summary>
/// The stop of a run as it is stored: who asked, where the time went, and the proof. Changed only by <see cref="Run"/>.
/// Times read in the order of the properties; see <see cref="StopTimeline"/>.
/// </summary>
internal sealed class StopState
{
    public required DateTimeOffset RequestedTime { get; init; }

    public required string RequestedBy { get; init; }

    /// <summary>The operation that asked first.</summary>
    public required string OperationId { get; init; }

    public required string Reason { get; set; }

    /// <summary>The shortest of all requests for this run.</summary>
    public required TimeSpan GracePeriod { get; set; }

    /// <summary>Whether any request asked for SIGKILL at once.</summary>
    public required bool Force { get; set; }

    /// <summary>Whether any request included the descendants of the session.</summary>
    public required bool IncludeChildren { get; set; }

    public DateTimeOffset? SentTime { get; set; }

    public DateTimeOffset? ReceivedTime { get; set; }

    public DateTimeOffset? SignalledTime { get; set; }

    public DateTimeOffset? KilledTime { get; set; }

    public DateTimeOffset? EndedTime { get; set; }

    public string Signal { get; set; } = "";

    public int? ExitCode { get; set; }

    public bool Escalated { get; set; }

    public int ProcessesEnded { get; set; }

    public int? ProcessesLeft { get; set; }

    public StopOutcome Outcome { get; set; } = StopOutcome.InProgress;

    public TimeSpan? ClockOffset { get; set; }

    public TimeSpan? ClockUncertainty { get; set; }

    /// <summary>Whether a time of the runner had to be moved so that the record reads in order.</summary>
    public bool ClockAdjusted { get; set; }

    /// <summary>What the runner said last about processes that do not end; empty if it said nothing.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Since when it takes longer than it should; null while it does not.</summary>
    public DateTimeOffset? OverdueTime { get; set; }

    public StopWait WaitingFor { get; set; }

    /// <summary>For a person, why it takes longer than it should; empty while it does not.</summary>
    public string WaitDetail { get; set; } = "";

    /// <summary>Takes in why the stop takes longer than it should.</summary>
    public void Overdue(StopDelay delay, DateTimeOffset now) =>
        (OverdueTime, WaitingFor, WaitDetail) = (OverdueTime ?? now, delay.WaitingFor, delay.Detail);

    public void InTime() => (OverdueTime, WaitingFor, WaitDetail) = (null, StopWait.Nothing, "");
}

/// <summary>What became of a stop.</summary>
internal enum StopOutcome
{
    InProgress,
    Proved,
    NeverStarted,
    TooLate,
    Unproved,
}
