using Coordinator.Connections;
using Coordinator.Contracts.Text;
using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Metrics;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Stops;
using Coordinator.Storage;

namespace Coordinator.Reports;

/// <summary>
/// Takes in what a runner reports of its runs. A report is acknowledged after its commit; one that came before, that
/// carries a stale fencing number, or that no longer fits the run's status changes nothing and is acknowledged too, so
/// that the runner forgets it.
/// </summary>
internal sealed partial class RunReports(
    Ledger ledger, Callers callers, UnstoredStops unstored, EventQuota quota, CoordinatorMetrics metrics, ILogger<RunReports> logger)
{
    /// <summary>Notes that a stop arrived at its runner.</summary>
    public Task ReceivedAsync(RunnerStream stream, StopReceipt receipt)
    {
        // Only stops are noted; a start shows itself by its own reports.
        if (stream.TakeSentTime(receipt.CommandId) is not { } sent)
            return Task.CompletedTask;
        return ledger.ExecuteAsync([LedgerKey.Run(receipt.RunId)], async work =>
        {
            Run? run = await work.FindRunAsync(receipt.RunId);
            if (run?.Stop is null || run.RunnerId != stream.RunnerId || run.Status.IsTerminal())
                return false;
            run.LearnOfStop(stop => StopTimeline.Received(stop, sent, receipt.Time ?? sent, receipt.Clock));
            await work.ChangedAsync(run);
            return true;
        });
    }

    /// <summary>
    /// Applies a report; returns once it is committed. What a runner tells of a stop is stored also where an earlier report of the
    /// connection could not be; but it is not acknowledged then, and counts for nothing when the runner repeats all that is missing.
    /// </summary>
    /// <exception cref="CoordinatorException">It cannot be stored, or an earlier report of the connection could not be.</exception>
    public async Task ApplyAsync(RunnerStream stream, RunReport report)
    {
        Outcome outcome = await ledger.ExecuteAsync(
            [LedgerKey.Run(report.Claim.RunId)],
            work => ApplyAsync(work, stream, report),
            stream.HoldBack,
            TellsOfStop(report) ? work => IsOfStopAsync(work, report) : null);
        if (outcome.StoredStops.Count > 0)
            unstored.Stored(report.Claim, outcome.StoredStops);
        if (outcome.Refusal == ReportRefusal.None)
            return;
        metrics.Refused(outcome.Refusal);
        Log(stream.RunnerId, report, outcome);
    }

    private async ValueTask<Outcome> ApplyAsync(UnitOfWork work, RunnerStream stream, RunReport report)
    {
        CoordinatorException? cause = stream.Unstored;
        if (cause is not null && !TellsOfStop(report))
            throw cause;
        Run? run = await work.FindRunAsync(report.Claim.RunId);
        if (run is null || run.RunnerId != stream.RunnerId || run.Epoch != report.Claim.Epoch)
            return Outcome.Refused(ReportRefusal.Stale);
        if (report.Sequence <= run.LastReportSequence)
            return Outcome.Taken;
        if (cause is not null && !IsBeingStopped(run))
            throw cause;
        if (cause is null)
            run.LastReportSequence = report.Sequence;
        work.Counted(run);
        return report switch
        {
            RunReport.Started started => await StartedAsync(work, stream, run, started),
            RunReport.Events events => await EventsAsync(work, run, events),
            RunReport.Progress progress => await ProgressAsync(work, stream, run, progress.Step),
            RunReport.Ended ended => await EndedAsync(work, stream, run, ended),
            _ => throw new InvalidOperationException($"A {report.GetType().Name} is no report that is known."),
        };
    }

    /// <summary>Whether a report may be one of a stop.</summary>
    private static bool TellsOfStop(RunReport report) => report is RunReport.Progress or RunReport.Ended;

    /// <summary>Whether it is one: an end that was not asked for can wait until there is room for it.</summary>
    private async ValueTask<bool> IsOfStopAsync(UnitOfWork work, RunReport report) =>
        report is not RunReport.Ended ended
        || ended.End.Outcome is RunOutcome.Stopped or RunOutcome.ContainmentBroken
        || (await work.FindRunAsync(report.Claim.RunId) is { } run && run.Epoch == report.Claim.Epoch && IsBeingStopped(run));

    /// <summary>Whether its stop was asked for, stored or not, and it has not ended.</summary>
    private bool IsBeingStopped(Run run) => run.Status == RunStatus.Stopping || unstored.Of(RunClaim.Of(run)).Count > 0;

    private static async ValueTask<Outcome> StartedAsync(UnitOfWork work, RunnerStream stream, Run run, RunReport.Started started)
    {
        DateTimeOffset time = started.Time ?? work.Now;
        if (run.LearnStart(time, started.Isolation))
        {
            await work.ChangedAsync(run);
        }
        else
        {
            Outcome outcome = await TakeInAsync(work, run, new RunEvent.Start(time, started.Isolation));
            if (outcome.Refusal != ReportRefusal.None)
                return outcome;
        }

        work.Append(await work.SessionOfAsync(run), run.RunId, TimelineEntries.Started(stream.RunnerId, started.ProcessId, started.Containment, started.Isolation, time));
        return Outcome.Taken;
    }

    private async ValueTask<Outcome> EventsAsync(UnitOfWork work, Run run, RunReport.Events report)
    {
        Session session = await work.SessionOfAsync(run);
        foreach (Proto.SessionEvent item in quota.Admit(run, report.Items))
            work.Append(session, run.RunId, item);

        // The end said all of this, and later, if it has overtaken the report.
        if (run.Status.IsTerminal())
            return Outcome.Taken;
        LearnConversation(work, session, run, report.Findings);
        await LearnAsync(work, session, run, report.Findings.Usage, report.ResultTime);
        return Outcome.Taken;
    }

    private async ValueTask<Outcome> ProgressAsync(UnitOfWork work, RunnerStream stream, Run run, StopStep step)
    {
        IReadOnlyList<StopTerms> stored = await EnsureStopAsync(work, stream, run);
        if (run.Status == RunStatus.Stopping)
        {
            run.LearnOfStop(stop => Follow(stop, step, work.Now));
            await work.ChangedAsync(run);
        }

        return Outcome.Taken with { StoredStops = stored };
    }

    private static void Follow(StopState stop, StopStep step, DateTimeOffset now)
    {
        DateTimeOffset time = step.Time ?? now;
        switch (step.Phase)
        {
            case StopPhase.Received:
                StopTimeline.Received(stop, time, step.Clock);
                break;
            case StopPhase.Signalled:
                StopTimeline.Signalled(stop, time, step.Clock);
                break;
            case StopPhase.Killed:
                StopTimeline.Killed(stop, time, step.Clock);
                break;
        }

        (stop.ProcessesLeft, stop.Detail) = (step.ProcessesLeft, step.Detail);
    }

    private async ValueTask<Outcome> EndedAsync(UnitOfWork work, RunnerStream stream, Run run, RunReport.Ended report)
    {
        Session session = await work.SessionOfAsync(run);
        LearnConversation(work, session, run, report.Findings);
        await LearnAsync(work, session, run, report.Findings.Usage, run.ResultTime);
        // No end without proof: the run stays as it is, whatever the runner calls it.
        if (report.ProcessesLeft > 0)
            return Outcome.Refused(ReportRefusal.Unproved);

        IReadOnlyList<StopTerms> stored = [];
        if (report.End.Outcome == RunOutcome.Stopped || unstored.Of(RunClaim.Of(run)).Count > 0)
            stored = await EnsureStopAsync(work, stream, run);
        // The report of its start was lost with the runner's memory, but what ran to its end had started.
        if (report.End.Outcome == RunOutcome.Exited && run.Status == RunStatus.Claimed)
            await work.ApplyAsync(run, new RunEvent.Start(report.End.Time ?? work.Now, Isolation.Unknown));
        Outcome outcome = RunEnds.EventOf(report.End, stream.RunnerId, work.Now) is { } what && !IsRepeated(run, what)
            ? await TakeInAsync(work, run, what)
            : Outcome.Taken;
        return outcome with { StoredStops = stored };
    }

    /// <summary>
    /// Whether the end is the one that is stored: it has overtaken reports that could not be, and comes again after them.
    /// </summary>
    private static bool IsRepeated(Run run, RunEvent what) =>
        run.Status.IsTerminal() && RunTransitions.Next(RunStatus.Stopping, what.Kind).Status == run.Status;

    /// <summary>
    /// A runner stops a run because it was told to when that could not be stored, or by itself when it shuts down; the record then
    /// names the runner.
    /// </summary>
    /// <returns>The stops that were sent without being stored, and are stored now.</returns>
    private async ValueTask<IReadOnlyList<StopTerms>> EnsureStopAsync(UnitOfWork work, RunnerStream stream, Run run)
    {
        if (run.Status is not (RunStatus.Claimed or RunStatus.Running))
            return [];
        IReadOnlyList<StopTerms> sent = unstored.Of(RunClaim.Of(run));
        IReadOnlyList<StopTerms> all = sent.Count > 0
            ? sent
            : [new(callers.Runner(stream.RunnerId).Origin, "The runner is shutting down.", TimeSpan.Zero, Force: false)];
        foreach (StopTerms terms in all)
            await work.ApplyAsync(run, new RunEvent.RequestStop(terms));

        return sent;
    }

    private static async ValueTask<Outcome> TakeInAsync(UnitOfWork work, Run run, RunEvent what)
    {
        RunStatus before = run.Status;
        return (await work.ApplyAsync(run, what)).IsRefused
            ? Outcome.Refused(ReportRefusal.Unfit) with { Event = what.Kind, Status = before }
            : Outcome.Taken;
    }

    private static void LearnConversation(UnitOfWork work, Session session, Run run, Findings findings)
    {
        if (session.RunId != run.RunId)
            return;
        if (findings.ConversationUsage is { } known && !known.AsSpan().SequenceEqual(session.ConversationUsage))
        {
            session.ConversationUsage = known;
            work.Changed(session);
        }

        if (session.ExecutorSessionId == findings.ExecutorSessionId || !ExecutorSessionIds.IsValid(findings.ExecutorSessionId))
            return;
        session.ExecutorSessionId = findings.ExecutorSessionId;
        work.Changed(session);
    }

    /// <summary>
    /// Usage and result of the newest run; what an older one used was added to the session's when a newer one followed it.
    /// A runner that knows of no usage says nothing of it.
    /// </summary>
    private static async ValueTask LearnAsync(UnitOfWork work, Session session, Run run, Usage? usage, DateTimeOffset? resultTime)
    {
        if (session.RunId == run.RunId && run.Learn(usage ?? run.Usage, resultTime))
            await work.ChangedAsync(run);
    }

    private void Log(string runnerId, RunReport report, Outcome outcome)
    {
        switch (outcome.Refusal)
        {
            case ReportRefusal.Stale:
                LogStale(runnerId, report.GetType().Name, report.Claim.RunId, report.Claim.Epoch);
                break;
            case ReportRefusal.Unfit:
                LogIgnored(outcome.Event, report.Claim.RunId, outcome.Status);
                break;
            case ReportRefusal.Unproved:
                LogUnproved(runnerId, report.Claim.RunId, ((RunReport.Ended)report).ProcessesLeft);
                break;
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "Runner {RunnerId} sent {Report} for run {RunId} with the stale epoch {Epoch}; ignored")]
    private partial void LogStale(string runnerId, string report, string runId, long epoch);

    [LoggerMessage(2102, LogLevel.Information, "{Event} does not fit run {RunId}, which is {Status}; ignored")]
    private partial void LogIgnored(RunEventKind @event, string runId, RunStatus status);

    [LoggerMessage(2103, LogLevel.Warning, "Runner {RunnerId} reported the end of run {RunId} with {Left} processes left; not accepted")]
    private partial void LogUnproved(string runnerId, string runId, int left);

    /// <summary>What became of a report.</summary>
    /// <param name="StoredStops">Stops that were sent without being stored, and were stored with it.</param>
    /// <param name="Event">What did not fit, and <paramref name="Status"/> what the run was.</param>
    private sealed record Outcome(ReportRefusal Refusal, IReadOnlyList<StopTerms> StoredStops, RunEventKind Event = default, RunStatus Status = default)
    {
        public static Outcome Taken { get; } = new(ReportRefusal.None, []);

        public static Outcome Refused(ReportRefusal refusal) => new(refusal, []);
    }
}
