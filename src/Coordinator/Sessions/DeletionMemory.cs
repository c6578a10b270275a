using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>
/// Keeps the newest deletions for watchers that resume; one that resumes from before the oldest of them gets a snapshot.
/// </summary>
internal sealed class DeletionMemory(IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, TimeProvider time) : IDeadline
{
    private const int Remembered = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private DateTimeOffset _looked = time.GetUtcNow();

    public async Task MeetAsync()
    {
        if (time.GetUtcNow() - _looked < Interval)
            return;
        _looked = time.GetUtcNow();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        long forgotten = await db.DeletedSessions.OrderByDescending(d => d.Revision).Skip(Remembered).Select(d => d.Revision).FirstOrDefaultAsync();
        if (forgotten == 0)
            return;
        await ledger.ExecuteAsync([LedgerKey.State], async work =>
        {
            await work.ForgetDeletionsAsync(forgotten);
            return true;
        });
    }
}
