using Coordinator.Mapping;
using Coordinator.Sessions;
using Coordinator.Storage;
using Coordinator.Timelines;

namespace Coordinator.Grpc;

/// <summary>What watchers are told, as the API's messages.</summary>
internal static class WatchMapping
{
    public static Proto.WatchSessionsResponse ToProto(WatchMessage message)
    {
        Proto.WatchSessionsResponse response = new() { Revision = message.Revision };
        switch (message)
        {
            case WatchMessage.Created created:
                response.SessionCreated = SessionOf(created.Change);
                break;
            case WatchMessage.Updated updated:
                response.SessionUpdated = SessionOf(updated.Change);
                break;
            case WatchMessage.Deleted deleted:
                response.SessionDeleted = new Proto.SessionDeleted { SessionId = deleted.SessionId };
                break;
            case WatchMessage.Heartbeat heartbeat:
                response.Heartbeat = new Proto.WatchHeartbeat { Time = heartbeat.Time.ToProto() };
                break;
            case WatchMessage.Snapshot { Part: var part }:
                response.Snapshot = new Proto.SessionSnapshot
                {
                    Sessions = { part.Sessions.Select(SessionMapping.ToProto) },
                    First = part.First,
                    Complete = part.Complete,
                    OmittedSessions = part.Omitted,
                };
                break;
        }

        return response;
    }

    public static Proto.WatchSessionEventsResponse ToProto(TimelineBatch batch) => new() { Events = { batch.Events }, Sequence = batch.Sequence };

    /// <summary>All watchers get the same message; none changes it.</summary>
    private static Proto.Session SessionOf(SessionChange change) => change.Render(SessionMapping.ToProto);
}
