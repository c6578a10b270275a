using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>Says of stops that take longer than they should what they are waiting for: to watchers, and once to the log.</summary>
internal sealed partial class OverdueStops(
    IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, TimeProvider time, ILogger<OverdueStops> logger) : IDeadline
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
            select new { Run = run, IsConnected = runner != null && runner.DisconnectTime == null, OfflineSince = runner == null ? null : runner.DisconnectTime }).ToListAsync();
        List<Task> changes = [];
        foreach (var one in late)
        {
            StopDelay? delay = StopDelay.Of(one.Run, one.IsConnected, one.OfflineSince, now);
            if (IsChange(one.Run.Stop!, delay))
                changes.Add(ShowAsync(one.Run.RunId, delay));
        }

        await Task.WhenAll(changes);
    }

    private async Task ShowAsync(string runId, StopDelay? delay)
    {
        Run? newlyOverdue = await ledger.ExecuteAsync([LedgerKey.Run(runId)], async work =>
        {
            if (await work.FindRunAsync(runId) is not { Status: RunStatus.Stopping, Stop: { } stop } run)
                return null;
            bool isNew = delay is not null && stop.OverdueTime is null;
            run.LearnOfStop(s =>
            {
                if (delay is null)
                    s.InTime();
                else
                    s.Overdue(delay, work.Now);
            });
            await work.ChangedAsync(run);
            return isNew ? run : null;
        });
        if (newlyOverdue is { SessionId: var sessionId })
            LogOverdue(runId, sessionId, delay!.Detail);
    }

    private static bool IsChange(StopState stop, StopDelay? delay) =>
        delay is null ? stop.OverdueTime is not null : (stop.WaitingFor, stop.WaitDetail) != (delay.WaitingFor, delay.Detail);

    [LoggerMessage(3002, LogLevel.Warning, "The stop of run {RunId} (session {SessionId}) is overdue. {Detail}")]
    private partial void LogOverdue(string runId, string sessionId, string detail);
}
