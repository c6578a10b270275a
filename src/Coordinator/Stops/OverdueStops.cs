using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>Says of stops that take longer than they should what they are waiting for: to watchers, and once to the log.</summary>
internal sealed partial class OverdueStops(
    IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, RunnerStreams streams, TimeProvider time, ILogger<OverdueStops> logger) : IDeadline
{
    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset before = now - StopDelay.Allowance;
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        var late = await (
            from run in db.Runs.AsNoTracking()
            where run.Status == RunStatus.Stopping && run.Stop!.RequestedTime <= before
            join runner in db.Runners.AsNoTracking() on run.RunnerId equals runner.RunnerId into runners
            from runner in runners.DefaultIfEmpty()
            orderby run.RunId
            select new { Run = run, OfflineSince = runner == null ? null : runner.DisconnectTime }).ToListAsync();
        List<Task> changes = [];
        foreach (var one in late)
        {
            StopDelay? delay = StopDelay.Of(one.Run, streams.Find(one.Run.RunnerId) is not null, one.OfflineSince, now);
            if (IsNews(one.Run.Stop!, delay))
                changes.Add(ShowAsync(one.Run.RunId, delay));
        }

        await Task.WhenAll(changes);
    }

    private async Task ShowAsync(string runId, StopDelay? delay) => await ledger.ExecuteAsync(async scope =>
    {
        if (await scope.FindRunAsync(runId) is not { Status: RunStatus.Stopping, Stop: { } stop } run)
            return true;
        if (delay is null)
        {
            await scope.AmendAsync(run, r => r.Stop!.InTime());
            return true;
        }

        if (stop.OverdueTime is null)
            scope.AfterCommit(() => LogOverdue(runId, run.SessionId, delay.Detail));
        await scope.AmendAsync(run, r => r.Stop!.Overdue(delay, scope.Now));
        return true;
    });

    private static bool IsNews(StopState stop, StopDelay? delay) =>
        delay is null ? stop.OverdueTime is not null : (stop.WaitingFor, stop.WaitDetail) != (delay.WaitingFor, delay.Detail);

    [LoggerMessage(3002, LogLevel.Warning, "The stop of run {RunId} (session {SessionId}) is overdue. {Detail}")]
    private partial void LogOverdue(string runId, string sessionId, string detail);
}
