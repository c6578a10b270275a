using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Dispatch;

/// <summary>Fails runs that waited for a runner for longer than they may.</summary>
internal sealed class QueueExpiry(IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, TimeProvider time) : IDeadline
{
    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        List<string> runIds;
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
            runIds = await db.Runs.Where(r => r.Status == RunStatus.Pending && r.QueueDeadline <= now).OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
        await Task.WhenAll(runIds.Select(ExpireAsync));
    }

    private async Task ExpireAsync(string runId) => await ledger.ExecuteAsync([LedgerKey.Run(runId)], async work =>
    {
        if (await work.FindRunAsync(runId) is { Status: RunStatus.Pending } run)
        {
            RunFailure failure = PendingReasons.IsMismatch(run.PendingReason)
                ? RunFailure.NoMatchingRunner(run.PendingReason)
                : RunFailure.QueueTimeout(run.QueueTimeout);
            await work.ApplyAsync(run, new RunEvent.ExpireQueue(failure));
        }

        return true;
    });
}
