using Coordinator.Storage;

namespace Coordinator.Sessions;

/// <summary>What one watcher has not been sent yet: the newest change of each session.</summary>
internal sealed class SessionSubscription(SessionFeed feed, long revision, TimeProvider time) : IDisposable
{
    /// <summary>Beyond so many changed sessions it is cheaper to read the database than to remember them.</summary>
    private const int MaxPending = 4_096;

    /// <summary>The same for a watcher that has taken nothing for long: changes that only it has left are kept for no one else.</summary>
    private const int MaxPendingOfStuck = 500;

    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly WakeUp _wakeUp = new();
    private Dictionary<string, SessionChange> _pending = [];
    private bool _overflowed;
    private long _lastTaken = time.GetTimestamp();

    /// <summary>The newest published revision when the subscription began: everything after it comes as a change.</summary>
    public long StartRevision => revision;

    public void Add(IReadOnlyList<SessionChange> changes)
    {
        lock (_lock)
        {
            foreach (SessionChange item in changes)
            {
                if (_overflowed)
                    break;
                // A session that was created and changed before the watcher looked is still new to it.
                bool isNew = item.IsNew || (_pending.TryGetValue(item.SessionId, out SessionChange? before) && before.IsNew);
                _pending[item.SessionId] = item.IsNew == isNew ? item : item.AsNew();
                if (_pending.Count > MaxPending || (_pending.Count > MaxPendingOfStuck && time.GetElapsedTime(_lastTaken) > StuckAfter))
                    (_overflowed, _pending) = (true, []);
            }
        }

        _wakeUp.Call();
    }

    /// <summary>Waits until there may be something to take.</summary>
    /// <returns>False if nothing came within the time.</returns>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _wakeUp.WaitAsync(atMost, time, cancellationToken);

    /// <summary>Takes everything that is pending, in order of revision.</summary>
    /// <param name="changes">The changes; empty if the watcher fell too far behind.</param>
    /// <returns>False if the watcher must read what changed from the database.</returns>
    public bool TryTake(out SessionChange[] changes)
    {
        lock (_lock)
        {
            bool complete = !_overflowed;
            changes = [.. _pending.Values.OrderBy(n => n.Revision)];
            (_overflowed, _pending) = (false, []);
            _lastTaken = time.GetTimestamp();
            return complete;
        }
    }

    public void Dispose() => feed.Unsubscribe(this);
}
