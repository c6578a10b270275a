using System.Threading.Channels;

namespace Coordinator.Runners;

/// <summary>
/// Tells watchers of the fleet which runners changed. It carries ids only: a watcher reads their newest state itself, so
/// a slow one costs no more than the set of their ids.
/// </summary>
internal sealed class RunnerFeed
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

    public void Publish(IReadOnlyCollection<string> runnerIds)
    {
        if (runnerIds.Count == 0)
            return;
        foreach (Subscription subscription in Volatile.Read(ref _subscriptions))
            subscription.Add(runnerIds);
    }

    internal sealed class Subscription(RunnerFeed feed) : IDisposable
    {
        private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly Lock _lock = new();
        private HashSet<string> _changed = [];

        public void Add(IReadOnlyCollection<string> runnerIds)
        {
            lock (_lock)
                _changed.UnionWith(runnerIds);
            _signal.Writer.TryWrite(true);
        }

        /// <summary>The runners that changed since the last call; none if nothing came within the time.</summary>
        public async Task<IReadOnlyCollection<string>> TakeAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
        {
            try
            {
                await _signal.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(atMost, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return [];
            }

            _signal.Reader.TryRead(out _);
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
