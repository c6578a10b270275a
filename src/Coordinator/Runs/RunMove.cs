namespace Coordinator.Runs;

/// <summary>A change of a run's status, as far as it is counted.</summary>
/// <param name="IsStopRequest">Whether the change is that somebody asked for a stop.</param>
/// <param name="Stop">What has become of the run's stop; null if there was none.</param>
/// <param name="StopTook">From the request to the proof, if there is one.</param>
internal readonly record struct RunMove(RunStatus To, bool IsStopRequest, StopOutcome? Stop, TimeSpan? StopTook)
{
    public static RunMove Of(Run run, RunEvent what) =>
        new(run.Status, what.Kind == RunEventKind.RequestStop, run.Stop?.Outcome, run.Stop?.EndedTime - run.Stop?.RequestedTime);
}
