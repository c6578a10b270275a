using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Tells watchers of the fleet which runners changed. It carries ids only: a watcher reads their newest state itself, so
/// a slow one costs no more than the set of their ids.
/// </summary>
internal sealed class RunnerFeed : ICommitListener
{
    private readonly Lock _lock = new();
    private Subscription[] _subscriptions = [];

    public Subscription Subscribe()
    {
        lock (_lock)
        {
            Subscription subscription = new(this);
            _subscriptions = [.. _subscriptions, subscription];
            return subscription;
        }
    }

    public void OnCommitted(Committed committed) => Publish(committed.Runners);

    /// <summary>Something that is shown of these runners changed.</summary>
    public void Publish(IReadOnlyCollection<string> runnerIds)
    {
        if (runnerIds.Count == 0)
            return;
        foreach (Subscription subscription in Volatile.Read(ref _subscriptions))
            subscription.Add(runnerIds);
    }

    internal sealed class Subscription(RunnerFeed feed) : IDisposable
    {
        private readonly WakeUp _wakeUp = new();
        private readonly Lock _lock = new();
        private HashSet<string> _changed = [];

        public void Add(IReadOnlyCollection<string> runnerIds)
        {
            lock (_lock)
                _changed.UnionWith(runnerIds);
            _wakeUp.Call();
        }

        /// <summary>The runners that changed since the last call; none if nothing came within the time.</summary>
        public async Task<IReadOnlyCollection<string>> TakeAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
        {
            if (!await _wakeUp.WaitAsync(atMost, time, cancellationToken))
                return [];
            lock (_lock)
                return Interlocked.Exchange(ref _changed, []);
        }

        public void Dispose()
        {
            lock (feed._lock)
                feed._subscriptions = [.. feed._subscriptions.Where(s => s != this)];
        }
    }
}
