using Coordinator.Storage;

namespace Coordinator.Sessions;

/// <summary>What a watcher of sessions is told.</summary>
/// <param name="Revision">Everything up to here has been told with it.</param>
internal abstract record WatchMessage(long Revision)
{
    internal sealed record Snapshot(long Revision, SnapshotPart Part) : WatchMessage(Revision);

    /// <summary>A session is new to the watcher.</summary>
    internal sealed record Created(SessionChange Change) : WatchMessage(Change.Revision);

    internal sealed record Updated(SessionChange Change) : WatchMessage(Change.Revision);

    /// <summary>A session was deleted, or is not what the watcher looks for any more.</summary>
    internal sealed record Deleted(long Revision, string SessionId) : WatchMessage(Revision);

    internal sealed record Heartbeat(long Revision, DateTimeOffset Time) : WatchMessage(Revision);
}
