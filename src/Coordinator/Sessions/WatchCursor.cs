using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Sessions;

/// <summary>
/// Where one watcher is, and how news look from there. A filtered watcher is told that a session "was deleted" when it
/// leaves the filter, because for its view that is the same.
/// </summary>
internal sealed class WatchCursor(SessionFilter filter, Func<Proto.WatchSessionsResponse, Task> send)
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
            (_shown ??= []).UnionWith(part.Sessions.Select(s => s.SessionId));
        if (part.Complete)
            Revision = revision;
        return send(new Proto.WatchSessionsResponse
        {
            Revision = Revision,
            Snapshot = new Proto.SessionSnapshot { Sessions = { part.Sessions }, First = part.First, Complete = part.Complete, OmittedSessions = part.Omitted },
        });
    }

    public Task SendHeartbeatAsync(Timestamp time) =>
        send(new Proto.WatchSessionsResponse { Revision = Revision, Heartbeat = new Proto.WatchHeartbeat { Time = time } });

    public Task SendAsync(SessionNews news)
    {
        if (news.Revision <= Revision)
            return Task.CompletedTask;
        Revision = news.Revision;
        Proto.WatchSessionsResponse? response = Show(news);
        if (response is null)
            return Task.CompletedTask;
        response.Revision = Revision;
        return send(response);
    }

    private Proto.WatchSessionsResponse? Show(SessionNews news)
    {
        if (news.Session is not { } session || !filter.Matches(session))
        {
            // Without knowing what the watcher has, telling it of one it does not have does no harm.
            return filter.IsAll || _shown is null || _shown.Remove(news.SessionId)
                ? new Proto.WatchSessionsResponse { SessionDeleted = new Proto.SessionDeleted { SessionId = news.SessionId } }
                : null;
        }

        bool isNew = filter.IsAll ? news.IsNew : _shown?.Add(news.SessionId) ?? news.IsNew;
        return isNew
            ? new Proto.WatchSessionsResponse { SessionCreated = session }
            : new Proto.WatchSessionsResponse { SessionUpdated = session };
    }
}
