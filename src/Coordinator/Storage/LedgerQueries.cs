using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// The queries of nearly every commit, made once: making them anew each time, which is what <c>FindAsync</c> does too,
/// took longer than all else that the ledger did.
/// </summary>
internal static class LedgerQueries
{
    public static readonly Func<CoordinatorDbContext, string, Task<Run?>> Run =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runId) => db.Runs.AsNoTracking().FirstOrDefault(r => r.RunId == runId));

    public static readonly Func<CoordinatorDbContext, string, Task<Session?>> Session =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string sessionId) => db.Sessions.AsNoTracking().FirstOrDefault(s => s.SessionId == sessionId));

    public static readonly Func<CoordinatorDbContext, string, Task<RunText?>> Text =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runId) => db.RunTexts.AsNoTracking().FirstOrDefault(t => t.RunId == runId));

    public static readonly Func<CoordinatorDbContext, string, Task<Run?>> RunOfRequest =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string requestId) => db.Runs.AsNoTracking().FirstOrDefault(r => r.RequestId == requestId));

    public static readonly Func<CoordinatorDbContext, string, Task<RegisteredRunner?>> Runner =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runnerId) => db.Runners.AsNoTracking().FirstOrDefault(r => r.RunnerId == runnerId));

    /// <summary>What a runner holds, or should: see <see cref="RunStatuses.OnRunner"/>.</summary>
    public static readonly Func<CoordinatorDbContext, string, IAsyncEnumerable<Run>> RunsOn =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runnerId) => db.Runs.AsNoTracking()
            .Where(r => r.RunnerId == runnerId && (r.Status == RunStatus.Claimed || r.Status == RunStatus.Running || r.Status == RunStatus.Stopping)));

    public static readonly Func<CoordinatorDbContext, Task<LedgerState>> State =
        EF.CompileAsyncQuery((CoordinatorDbContext db) => db.LedgerStates.AsNoTracking().Single());
}
