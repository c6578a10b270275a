namespace Coordinator.Sessions;

/// <summary>
/// Tells watchers what was committed. A watcher holds at most the newest news of each session, so a slow one is
/// conflated and cannot slow the ledger or another watcher; one that falls too far behind reads the database again.
/// </summary>
internal sealed class SessionFeed(TimeProvider time)
{
    private readonly Lock _lock = new();
    private SessionSubscription[] _subscriptions = [];

    /// <summary>The newest revision that was published; watchers that have drained their news are up to date with it.</summary>
    public long Revision { get; private set; }

    /// <summary>Begins where the database is; called once, by the ledger, before anybody can subscribe.</summary>
    public void Begin(long revision) => Revision = revision;

    public SessionSubscription Subscribe()
    {
        lock (_lock)
        {
            SessionSubscription subscription = new(this, Revision, time);
            _subscriptions = [.. _subscriptions, subscription];
            return subscription;
        }
    }

    /// <summary>Called by the ledger alone, after a commit, with news in order of revision.</summary>
    public void Publish(IReadOnlyList<SessionNews> news)
    {
        if (news.Count == 0)
            return;
        lock (_lock)
        {
            Revision = news[^1].Revision;
            foreach (SessionSubscription subscription in _subscriptions)
                subscription.Add(news);
        }
    }

    public void Unsubscribe(SessionSubscription subscription)
    {
        lock (_lock)
            _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
    }
}
