using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Testing.Samples;

/// <summary>Sessions and messages as the coordinator sends them.</summary>
public static class SampleSessions
{
    public static Proto.Session Session(int number, Proto.SessionStatus status = Proto.SessionStatus.Running, long revision = 1, string name = "") => new()
    {
        SessionId = $"ses_{number:D6}",
        SessionName = name.Length > 0 ? name : $"Session {number}",
        Status = status,
        Revision = revision,
        RunId = $"run_{number:D6}",
        Executor = "command",
        Hostname = $"host-{number % 7}",
        AgentName = $"agent-{number % 3}",
        CreateTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(number)),
    };

    public static Proto.WatchSessionsResponse Snapshot(long revision, bool first, bool complete, params IEnumerable<Proto.Session> sessions) =>
        new() { Revision = complete ? revision : 0, Snapshot = new() { Sessions = { sessions }, First = first, Complete = complete } };

    public static Proto.WatchSessionsResponse Whole(long revision, params IEnumerable<Proto.Session> sessions) => Snapshot(revision, true, true, sessions);

    public static Proto.WatchSessionsResponse Updated(Proto.Session session) => new() { Revision = session.Revision, SessionUpdated = session };

    public static Proto.WatchSessionsResponse Created(Proto.Session session) => new() { Revision = session.Revision, SessionCreated = session };

    public static Proto.WatchSessionsResponse Deleted(string sessionId, long revision) =>
        new() { Revision = revision, SessionDeleted = new() { SessionId = sessionId } };
}
