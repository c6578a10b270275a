using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Storage;

namespace Coordinator.Sessions;

/// <summary>Deletes sessions with everything that belongs to them.</summary>
internal sealed class SessionDeletion(Ledger ledger)
{
    /// <exception cref="CoordinatorException">There is no such session, or it is active.</exception>
    public Task DeleteAsync(Caller caller, string sessionId) => ledger.ExecuteAsync([LedgerKey.Session(sessionId)], async work =>
    {
        Session session = await work.FindSessionAsync(sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
        if (session.Status.IsActive())
            throw SessionErrors.Active(session, "cannot be deleted. Stop it first");

        work.Delete(session);
        work.Record(AuditEntries.Deletion(caller.Origin, sessionId));
        return true;
    });
}
