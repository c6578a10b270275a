using Coordinator.Model;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// What many commits ask that is not a row by its key, made once: making a query anew each time took longer than all else
/// that the ledger did.
/// </summary>
internal static class LedgerQueries
{
    public static readonly Func<CoordinatorDbContext, string, Task<Run?>> RunOfRequest =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string requestId) => db.Runs.AsNoTracking().FirstOrDefault(r => r.RequestId == requestId));

    /// <summary>What a runner holds, or should: see <see cref="RunStatuses.OnRunner"/>.</summary>
    public static readonly Func<CoordinatorDbContext, string, IAsyncEnumerable<Run>> RunsOn =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runnerId) => db.Runs.AsNoTracking()
            .Where(r => r.RunnerId == runnerId && (r.Status == RunStatus.Claimed || r.Status == RunStatus.Running || r.Status == RunStatus.Stopping)));
}
