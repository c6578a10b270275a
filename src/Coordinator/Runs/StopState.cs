namespace Coordinator.Runs;

/// <summary>
/// The stop of a run as it is stored: who asked, where the time went, and the proof. Changed only by <see cref="Run"/>.
/// Times read in the order of the properties; see <see cref="StopTimeline"/>.
/// </summary>
internal sealed class StopState
{
    public required DateTimeOffset RequestedTime { get; init; }

    public required string RequestedBy { get; init; }

    public required string Reason { get; set; }

    /// <summary>The shortest of all requests for this run.</summary>
    public required TimeSpan GracePeriod { get; set; }

    /// <summary>Whether any request asked for SIGKILL at once.</summary>
    public required bool Force { get; set; }

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

    /// <summary>Why it takes longer than it should, for a person; empty when it does not.</summary>
    public string Detail { get; set; } = "";
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
