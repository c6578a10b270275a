using Coordinator.Audit;
using Coordinator.Contracts.Text;
using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Requests;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Stops;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Takes in what a runner reports of its runs. A report is acknowledged after its commit; one that came before, that
/// carries a stale fencing number, or that no longer fits the run's status changes nothing and is acknowledged too, so
/// that the runner forgets it.
/// </summary>
internal sealed partial class RunReports(
    Ledger ledger, Origins origins, UnstoredStops unstored, EventQuota quota, CoordinatorMetrics metrics, ILogger<RunReports> logger)
{
    private const int MaxContainment = 64;

    /// <summary>Notes that a stop arrived at its runner.</summary>
    public Task ReceivedAsync(RunnerStream stream, Proto.CommandReceived received)
    {
        // Only stops are noted; a start shows itself by its own reports.
        if (stream.TakeSentTime(received.CommandId) is not { } sent)
            return Task.CompletedTask;
        return ledger.ExecuteAsync(async scope =>
        {
            Run? run = await scope.FindRunAsync(received.RunId);
            if (run?.Stop is not null && run.RunnerId == stream.RunnerId && !run.Status.IsTerminal())
                await scope.AmendAsync(run, r => ReportMapping.Received(r.Stop!, sent, received));
            return true;
        });
    }

    /// <summary>
    /// Applies a report; returns once it is committed. What a runner tells of a stop is stored also where an earlier report of the
    /// connection could not be; but it is not acknowledged then, and counts for nothing when the runner repeats all that is missing.
    /// </summary>
    /// <exception cref="CoordinatorException">It cannot be stored, or an earlier report of the connection could not be.</exception>
    public Task ApplyAsync(RunnerStream stream, Proto.ReportHeader header, Proto.RunnerFrame report) => ledger.ExecuteAsync(
        async scope =>
        {
            CoordinatorException? problem = stream.Unstored;
            if (problem is not null && !TellsOfStop(report))
                throw problem;
            Run? run = await scope.FindRunAsync(header.RunId);
            if (run is null || run.RunnerId != stream.RunnerId || run.Epoch != header.Epoch)
            {
                LogStale(stream.RunnerId, report.FrameCase, header.RunId, header.Epoch);
                scope.AfterCommit(metrics.RefusedStale);
                return true;
            }

            if (header.Sequence <= run.LastReportSequence)
                return true;
            if (problem is not null && !IsBeingStopped(run))
                throw problem;
            if (problem is null)
                run.LastReportSequence = header.Sequence;
            run.Touch();
            await ApplyAsync(scope, stream, run, report);
            return true;
        },
        stream.HoldBack,
        TellsOfStop(report) ? scope => IsOfStopAsync(scope, header, report) : null);

    /// <summary>Whether a report may be one of a stop.</summary>
    private static bool TellsOfStop(Proto.RunnerFrame report) =>
        report.FrameCase is Proto.RunnerFrame.FrameOneofCase.StopProgress or Proto.RunnerFrame.FrameOneofCase.RunEnded;

    /// <summary>Whether it is one: an end that nobody asked for can wait until there is room for it.</summary>
    private async ValueTask<bool> IsOfStopAsync(LedgerScope scope, Proto.ReportHeader header, Proto.RunnerFrame report) =>
        report.RunEnded is not { } ended
        || ended.Outcome is Proto.RunOutcome.Stopped or Proto.RunOutcome.ContainmentBroken
        || (await scope.FindRunAsync(header.RunId) is { } run && run.Epoch == header.Epoch && IsBeingStopped(run));

    /// <summary>Whether its stop was asked for, stored or not, and it has not ended.</summary>
    private bool IsBeingStopped(Run run) => run.Status == RunStatus.Stopping || unstored.Of(RunClaim.Of(run)).Count > 0;

    private ValueTask ApplyAsync(LedgerScope scope, RunnerStream stream, Run run, Proto.RunnerFrame report) => report.FrameCase switch
    {
        Proto.RunnerFrame.FrameOneofCase.RunStarted => StartedAsync(scope, stream, run, report.RunStarted),
        Proto.RunnerFrame.FrameOneofCase.RunEvents => EventsAsync(scope, run, report.RunEvents),
        Proto.RunnerFrame.FrameOneofCase.StopProgress => ProgressAsync(scope, stream, run, report.StopProgress),
        Proto.RunnerFrame.FrameOneofCase.RunEnded => EndedAsync(scope, stream, run, report.RunEnded),
        _ => ValueTask.CompletedTask,
    };

    private async ValueTask StartedAsync(LedgerScope scope, RunnerStream stream, Run run, Proto.RunStarted started)
    {
        DateTimeOffset time = ReportMapping.TimeOf(started.Time, scope.Now);
        Isolation isolation = RunMapping.FromProto(started.Isolation);
        if (run.LearnStart(time, isolation))
            await scope.AmendAsync(run, _ => { });
        else if (!await AppliesAsync(scope, run, new RunEvent.Start(time, isolation)))
            return;
        Session session = await scope.SessionOfAsync(run);
        scope.Append(session, run.RunId, new Proto.SessionEvent
        {
            Time = time.ToProto(),
            RunStarted = new Proto.RunStartedEvent
            {
                RunnerId = stream.RunnerId,
                ProcessId = started.ProcessId,
                Containment = PlainText.Name(started.Containment, MaxContainment),
                Isolation = started.Isolation,
            },
        });
    }

    private async ValueTask EventsAsync(LedgerScope scope, Run run, Proto.RunEvents report)
    {
        Session session = await scope.SessionOfAsync(run);
        foreach (Proto.SessionEvent item in quota.Admit(run, report.Events.Where(AgentEvents.TryClean)))
        {
            item.Time = ReportMapping.IsTime(item.Time) ? item.Time : null;
            scope.Append(session, run.RunId, item);
        }

        // The end said all of this, and later, if it has overtaken the report.
        if (run.Status.IsTerminal())
            return;
        LearnConversation(scope, session, run, report.ExecutorSessionId, report.ConversationUsage);
        await LearnAsync(scope, session, run, report.Usage, ReportMapping.MomentOf(report.ResultTime));
    }

    private async ValueTask ProgressAsync(LedgerScope scope, RunnerStream stream, Run run, Proto.StopProgress progress)
    {
        await EnsureStopAsync(scope, stream, run);
        if (run.Status == RunStatus.Stopping)
            await scope.AmendAsync(run, r => ReportMapping.Progress(r.Stop!, progress, scope.Now));
    }

    private async ValueTask EndedAsync(LedgerScope scope, RunnerStream stream, Run run, Proto.RunEnded ended)
    {
        Session session = await scope.SessionOfAsync(run);
        LearnConversation(scope, session, run, ended.ExecutorSessionId, ended.ConversationUsage);
        await LearnAsync(scope, session, run, ended.Usage, run.ResultTime);
        if (ended.ProcessesLeft > 0)
        {
            // No end without proof: the run stays as it is, whatever the runner calls it.
            LogUnproved(stream.RunnerId, run.RunId, ended.ProcessesLeft);
            scope.AfterCommit(metrics.RefusedUnproved);
            return;
        }

        if (ended.Outcome == Proto.RunOutcome.Stopped || unstored.Of(RunClaim.Of(run)).Count > 0)
            await EnsureStopAsync(scope, stream, run);
        // The report of its start was lost with the runner's memory, but what ran to its end had started.
        if (ended.Outcome == Proto.RunOutcome.Exited && run.Status == RunStatus.Claimed)
            await scope.ApplyAsync(run, new RunEvent.Start(ReportMapping.TimeOf(ended.Time, scope.Now), Isolation.Unknown));
        if (ReportMapping.EventOf(ended, stream.RunnerId, scope.Now) is { } what && !IsRepeated(run, what))
            await AppliesAsync(scope, run, what);
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
    private async ValueTask EnsureStopAsync(LedgerScope scope, RunnerStream stream, Run run)
    {
        if (run.Status is not (RunStatus.Claimed or RunStatus.Running))
            return;
        RunClaim claim = RunClaim.Of(run);
        IReadOnlyList<StopTerms> sent = unstored.Of(claim);
        IReadOnlyList<StopTerms> all = sent.Count > 0
            ? sent
            : [new(origins.Runner(stream.RunnerId), "The runner is shutting down.", TimeSpan.Zero, Force: false)];
        foreach (StopTerms terms in all)
        {
            scope.Record(AuditEntry.Stop(run, terms));
            await scope.ApplyAsync(run, new RunEvent.RequestStop(terms));
        }

        scope.AfterCommit(() => unstored.Stored(claim, sent));
    }

    private async ValueTask<bool> AppliesAsync(LedgerScope scope, Run run, RunEvent what)
    {
        RunStatus before = run.Status;
        Transition transition = await scope.ApplyAsync(run, what);
        if (transition.IsRefused)
        {
            LogIgnored(what.Kind, run.RunId, before);
            scope.AfterCommit(metrics.RefusedUnfit);
        }

        return !transition.IsRefused;
    }

    private static void LearnConversation(LedgerScope scope, Session session, Run run, string executorSessionId, Proto.Usage? totals)
    {
        if (session.RunId != run.RunId)
            return;
        if (ReportMapping.TotalsOf(totals) is { } known && !known.AsSpan().SequenceEqual(session.ConversationUsage))
        {
            session.ConversationUsage = known;
            scope.Changed(session);
        }

        if (session.ExecutorSessionId == executorSessionId || !ExecutorSessionIds.IsValid(executorSessionId))
            return;
        session.ExecutorSessionId = executorSessionId;
        scope.Changed(session);
    }

    /// <summary>
    /// Usage and result of the newest run; what an older one used was added to the session's when a newer one followed it.
    /// A runner that knows of no usage says nothing of it.
    /// </summary>
    private static async ValueTask LearnAsync(LedgerScope scope, Session session, Run run, Proto.Usage? usage, DateTimeOffset? resultTime)
    {
        if (session.RunId == run.RunId && run.Learn(usage is null ? run.Usage : UsageMapping.FromProto(usage), resultTime))
            await scope.AmendAsync(run, _ => { });
    }

    [LoggerMessage(2101, LogLevel.Warning, "Runner {RunnerId} sent {Report} for run {RunId} with the stale epoch {Epoch}; ignored")]
    private partial void LogStale(string runnerId, Proto.RunnerFrame.FrameOneofCase report, string runId, long epoch);

    [LoggerMessage(2102, LogLevel.Information, "{Event} does not fit run {RunId}, which is {Status}; ignored")]
    private partial void LogIgnored(RunEventKind @event, string runId, RunStatus status);

    [LoggerMessage(2103, LogLevel.Warning, "Runner {RunnerId} reported the end of run {RunId} with {Left} processes left; not accepted")]
    private partial void LogUnproved(string runnerId, string runId, int left);
}
