using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>
/// Tells watchers what was committed. A watcher holds at most the newest change of each session, so a slow one is
/// conflated and cannot slow the ledger or another watcher; one that falls too far behind reads the database again.
/// </summary>
internal sealed class SessionFeed(TimeProvider time) : ICommitListener
{
    private readonly Lock _lock = new();
    private SessionSubscription[] _subscriptions = [];

    /// <summary>The newest revision that was published; watchers that have taken all their changes are up to date with it.</summary>
    public long Revision { get; private set; }

    public async Task LoadAsync(CoordinatorDbContext db, CancellationToken cancellationToken) =>
        Revision = await db.LedgerStates.Select(state => Math.Max(
            Math.Max(db.Sessions.Max(s => (long?)s.Revision) ?? 0, db.DeletedSessions.Max(d => (long?)d.Revision) ?? 0),
            state.ForgottenRevision)).SingleAsync(cancellationToken);

    public SessionSubscription Subscribe()
    {
        lock (_lock)
        {
            SessionSubscription subscription = new(this, Revision, time);
            _subscriptions = [.. _subscriptions, subscription];
            return subscription;
        }
    }

    public void OnCommitted(Committed committed)
    {
        if (committed.Sessions.Count == 0)
            return;
        lock (_lock)
        {
            Revision = committed.Revision;
            foreach (SessionSubscription subscription in _subscriptions)
                subscription.Add(committed.Sessions);
        }
    }

    public void Unsubscribe(SessionSubscription subscription)
    {
        lock (_lock)
            _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
    }
}
