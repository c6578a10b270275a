using Coordinator.Storage;

namespace Coordinator.Sessions;

/// <summary>
/// Where one watcher is, and how changes look from there. A filtered watcher is told that a session "was deleted" when it
/// leaves the filter, because for its view that is the same.
/// </summary>
internal sealed class WatchCursor(SessionFilter filter, Func<WatchMessage, Task> send)
{
    /// <summary>The sessions a filtered watcher has; null for one without a filter, or while what it has is not known.</summary>
    private HashSet<string>? _shown;

    /// <summary>Everything up to here has been sent.</summary>
    public long Revision { get; private set; }

    /// <summary>The watcher has what it had at this revision; which sessions those are is not known.</summary>
    public void ResumeAt(long revision) => Revision = revision;

    /// <param name="revision">What the snapshot is at least as new as; the watcher is there once it is complete.</param>
    public Task SendAsync(SnapshotPart part, long revision)
    {
        if (!filter.IsAll)
            (_shown ??= []).UnionWith(part.Sessions.Select(v => v.Session.SessionId));
        if (part.Complete)
            Revision = revision;
        return send(new WatchMessage.Snapshot(Revision, part));
    }

    public Task SendHeartbeatAsync(DateTimeOffset time) => send(new WatchMessage.Heartbeat(Revision, time));

    public Task SendAsync(SessionChange change)
    {
        if (change.Revision <= Revision)
            return Task.CompletedTask;
        Revision = change.Revision;
        return Show(change) is { } message ? send(message) : Task.CompletedTask;
    }

    private WatchMessage? Show(SessionChange change)
    {
        if (change.View is not { } view || !filter.Matches(view))
        {
            // Without knowing what the watcher has, telling it of one it does not have does no harm.
            return filter.IsAll || _shown is null || _shown.Remove(change.SessionId) ? new WatchMessage.Deleted(change.Revision, change.SessionId) : null;
        }

        bool isNew = filter.IsAll ? change.IsNew : _shown?.Add(change.SessionId) ?? change.IsNew;
        return isNew ? new WatchMessage.Created(change) : new WatchMessage.Updated(change);
    }
}
