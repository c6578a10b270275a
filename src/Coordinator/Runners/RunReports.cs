using Coordinator.Audit;
using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Takes in what a runner reports of its runs. A report is acknowledged after its commit; one that came before, that
/// carries a stale fencing number, or that no longer fits the run's status changes nothing and is acknowledged too, so
/// that the runner forgets it.
/// </summary>
internal sealed partial class RunReports(Ledger ledger, Origins origins, CoordinatorMetrics metrics, ILogger<RunReports> logger)
{
    /// <summary>Real ones are a few dozen characters long; one that was cut would name another conversation.</summary>
    private const int MaxExecutorSessionId = 256;

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

    /// <summary>Applies a report; returns once it is committed.</summary>
    /// <exception cref="CoordinatorException">It cannot be stored, or an earlier report of the connection could not be.</exception>
    public Task ApplyAsync(RunnerStream stream, Proto.ReportHeader header, Proto.RunnerFrame report) => ledger.ExecuteAsync(
        async scope =>
        {
            if (stream.Unstored is { } problem)
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
            run.LastReportSequence = header.Sequence;
            run.Touch();
            await ApplyAsync(scope, stream, run, report);
            return true;
        },
        stream.HoldBack);

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
        if (!await AppliesAsync(scope, run, new RunEvent.Start(time)))
            return;
        Session session = await scope.SessionOfAsync(run);
        scope.Append(session, run.RunId, new Proto.SessionEvent
        {
            Time = time.ToProto(),
            RunStarted = new Proto.RunStartedEvent { RunnerId = stream.RunnerId, ProcessId = started.ProcessId, Containment = started.Containment },
        });
    }

    private static async ValueTask EventsAsync(LedgerScope scope, Run run, Proto.RunEvents report)
    {
        Session session = await scope.SessionOfAsync(run);
        foreach (Proto.SessionEvent item in report.Events.Where(e => e.EventCase != Proto.SessionEvent.EventOneofCase.None))
        {
            item.Time = ReportMapping.IsTime(item.Time) ? item.Time : null;
            scope.Append(session, run.RunId, item);
        }

        LearnConversation(scope, session, run, report.ExecutorSessionId, report.ConversationUsage);
        DateTimeOffset? resultTime = run.Status.IsTerminal() ? run.ResultTime : ReportMapping.MomentOf(report.ResultTime);
        await LearnAsync(scope, session, run, report.Usage, resultTime);
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

        if (ended.Outcome == Proto.RunOutcome.Stopped)
            await EnsureStopAsync(scope, stream, run);
        // The report of its start was lost with the runner's memory, but what ran to its end had started.
        if (ended.Outcome == Proto.RunOutcome.Exited && run.Status == RunStatus.Claimed)
            await scope.ApplyAsync(run, new RunEvent.Start(ReportMapping.TimeOf(ended.Time, scope.Now)));
        if (ReportMapping.EventOf(ended, stream.RunnerId, scope.Now) is { } what)
            await AppliesAsync(scope, run, what);
    }

    /// <summary>A runner that shuts down stops its runs by itself; the record then names it.</summary>
    private async ValueTask EnsureStopAsync(LedgerScope scope, RunnerStream stream, Run run)
    {
        if (run.Status is not (RunStatus.Claimed or RunStatus.Running))
            return;
        StopTerms terms = new(origins.Runner(stream.RunnerId), "The runner is shutting down.", TimeSpan.Zero, Force: false);
        scope.Record(AuditEntry.Stop(run, terms));
        await scope.ApplyAsync(run, new RunEvent.RequestStop(terms));
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

        if (executorSessionId.Length is 0 or > MaxExecutorSessionId || session.ExecutorSessionId == executorSessionId)
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
