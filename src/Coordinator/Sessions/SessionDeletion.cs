using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>Deletes sessions with everything that belongs to them.</summary>
internal sealed class SessionDeletion(Ledger ledger)
{
    /// <summary>Deletions that are remembered for watchers that resume; one from before the oldest needs a snapshot.</summary>
    private const int Remembered = 10_000;

    /// <exception cref="CoordinatorException">There is no such session, or it is active.</exception>
    public Task DeleteAsync(Caller caller, string sessionId) => ledger.ExecuteAsync(async work =>
    {
        Session session = await work.FindSessionAsync(sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
        if (session.Status.IsActive())
            throw SessionErrors.Active(session, "cannot be deleted. Stop it first");

        await work.FlushAsync();
        work.Deleted(session);
        work.Record(AuditEntries.Deletion(caller.Origin, sessionId));
        CoordinatorDbContext db = work.Db;
        await db.Sessions.Where(s => s.SessionId == sessionId).ExecuteDeleteAsync();
        await db.EventChunks.Where(c => c.SessionId == sessionId).ExecuteDeleteAsync();
        await db.SessionLabels.Where(l => l.SessionId == sessionId).ExecuteDeleteAsync();
        await db.RunTexts.Where(t => db.Runs.Any(r => r.RunId == t.RunId && r.SessionId == sessionId)).ExecuteDeleteAsync();
        await db.Runs.Where(r => r.SessionId == sessionId).ExecuteDeleteAsync();
        await ForgetOldAsync(work);
        return true;
    });

    private static async Task ForgetOldAsync(UnitOfWork work)
    {
        CoordinatorDbContext db = work.Db;
        long? newestForgotten = await db.DeletedSessions.OrderByDescending(d => d.Revision).Skip(Remembered)
            .Select(d => (long?)d.Revision).FirstOrDefaultAsync();
        if (newestForgotten is not { } revision)
            return;
        await db.DeletedSessions.Where(d => d.Revision <= revision).ExecuteDeleteAsync();
        (await work.ChangeStateAsync()).ForgottenRevision = revision;
    }
}
