using Coordinator.Model;

namespace Coordinator.Reports;

/// <summary>What the end of a run means.</summary>
internal static class RunEnds
{
    /// <summary>The event of the run; null for an outcome this coordinator does not know.</summary>
    public static RunEvent? EventOf(RunEnd reported, string runnerId, DateTimeOffset now)
    {
        AgentEnd end = new(
            reported.Time ?? now, reported.ExitCode, reported.Signal, reported.Escalated, reported.Ended, reported.ResultText, reported.Clock);
        return reported.Outcome switch
        {
            RunOutcome.Exited => Exited(end, reported),
            RunOutcome.Stopped => new RunEvent.ProveStop(end),
            RunOutcome.NeverStarted => new RunEvent.ReturnUnstarted(),
            RunOutcome.StartFailed => new RunEvent.FailStart(RunFailure.StartFailed(reported.Error)),
            RunOutcome.RunnerRestarted => new RunEvent.RestartRunner(RunFailure.RunnerRestarted(runnerId), reported.Ended),
            RunOutcome.ContainmentBroken => new RunEvent.BreakContainment(end, RunFailure.ContainmentBroken(reported.Error)),
            RunOutcome.Unknown => null,
        };
    }

    private static RunEvent Exited(AgentEnd end, RunEnd reported) => end switch
    {
        { Ended.AfterResult: true } when reported.ResultIsError => new RunEvent.Fail(end, RunFailure.AgentError(reported.Said)),
        { Ended.AfterResult: true } => new RunEvent.Complete(end),
        { ExitCode: 0 } when !reported.ResultIsError => new RunEvent.Complete(end),
        { ExitCode: 0 } => new RunEvent.Fail(end, RunFailure.AgentError(reported.Said)),
        { ExitCode: { } code } => new RunEvent.Fail(end, RunFailure.ExitCode(code, reported.Said)),
        { Signal.Length: > 0 } => new RunEvent.Fail(end, RunFailure.KilledBySignal(end.Signal, reported.Said)),
        _ => new RunEvent.Fail(end, RunFailure.UnknownEnd()),
    };
}
