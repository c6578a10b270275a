using System.Diagnostics.Metrics;
using Coordinator.Connections;
using Coordinator.Model;
using Coordinator.Storage;

namespace Coordinator.Metrics;

/// <summary>
/// What an operator wants to see of a coordinator as numbers, in the meter <c>Coordinator</c>. Only what is committed is
/// counted.
/// </summary>
internal sealed class CoordinatorMetrics : ICommitListener
{
    public const string MeterName = "Coordinator";

    /// <summary>
    /// Seconds. From the push to an agent that ends at once (1 ms) over the usual grace periods, behind which the stops lie that
    /// had to escalate, to runners that were away for as long as they may (300 s, the default of RunnerLostAfter).
    /// </summary>
    private static readonly InstrumentAdvice<double> StopBuckets = new()
    {
        HistogramBucketBoundaries =
            [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 30, 60, 120, 300],
    };

    private readonly Counter<long> _stopsRequested;
    private readonly Counter<long> _stopsEnded;
    private readonly Histogram<double> _stopDuration;
    private readonly Counter<long> _runsMoved;
    private readonly Counter<long> _reportsRefused;

    public CoordinatorMetrics(IMeterFactory meters, RunnerStreams streams)
    {
        Meter meter = meters.Create(MeterName);
        _stopsRequested = meter.CreateCounter<long>("coordinator.stops.requested", "{run}", "Runs for which a stop was asked for; a repeated stop does not count");
        _stopsEnded = meter.CreateCounter<long>("coordinator.stops.ended", "{run}", "Runs that ended after a stop was asked for, by what became of the stop");
        _stopDuration = meter.CreateHistogram(
            "coordinator.stop.duration", "s", "From the request of a stop to the proof that nothing is alive", tags: null, StopBuckets);
        _runsMoved = meter.CreateCounter<long>("coordinator.runs.moved", "{run}", "Changes of status, by the new one");
        _reportsRefused = meter.CreateCounter<long>("coordinator.reports.refused", "{report}", "Reports of runners that changed nothing, by why");
        meter.CreateObservableGauge("coordinator.runners.connected", () => streams.All.Count(), "{runner}", "Runners that are connected");
    }

    public void OnCommitted(Committed committed)
    {
        foreach (RunTransition transition in committed.Transitions)
        {
            if (transition.IsMove)
                Count(transition);
        }
    }

    /// <summary>A report changed nothing.</summary>
    public void Refused(ReportRefusal why) => _reportsRefused.Add(1, new KeyValuePair<string, object?>("reason", Name(why)));

    private void Count(RunTransition move)
    {
        _runsMoved.Add(1, new KeyValuePair<string, object?>("status", Name(move.To)));
        if (move.Event == RunEventKind.RequestStop)
            _stopsRequested.Add(1);
        if (!move.To.IsTerminal() || move.Stop is not { } outcome)
            return;
        _stopsEnded.Add(1, new KeyValuePair<string, object?>("outcome", Name(outcome)));
        if (outcome == StopOutcome.Proved && move.StopTook is { } took)
            _stopDuration.Record(took.TotalSeconds);
    }

    private static string Name(ReportRefusal refusal) => refusal switch
    {
        ReportRefusal.Stale => "stale",
        ReportRefusal.Unfit => "unfit",
        ReportRefusal.Unproved => "unproved",
        ReportRefusal.None => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "The report was not refused."),
    };

    private static string Name(RunStatus status) => status switch
    {
        RunStatus.Pending => "pending",
        RunStatus.Claimed => "claimed",
        RunStatus.Running => "running",
        RunStatus.Stopping => "stopping",
        RunStatus.Completed => "completed",
        RunStatus.Failed => "failed",
        RunStatus.Stopped => "stopped",
    };

    private static string Name(StopOutcome outcome) => outcome switch
    {
        StopOutcome.InProgress => "in_progress",
        StopOutcome.Proved => "proved",
        StopOutcome.NeverStarted => "never_started",
        StopOutcome.TooLate => "too_late",
        StopOutcome.Unproved => "unproved",
    };
}
