using Coordinator.Model;

namespace Coordinator.Stops;

/// <summary>What a stop did, or in a dry run would do, to one session. Immutable.</summary>
internal sealed record StopResult
{
    public required string SessionId { get; init; }

    public string SessionName { get; init; } = "";

    public string RunId { get; init; } = "";

    /// <summary>The session's status after the stop; null if there is no such session.</summary>
    public SessionStatus? Status { get; init; }

    public bool AlreadyStopping { get; init; }

    /// <summary>Why nothing was stopped; null if it was.</summary>
    public CoordinatorException? Refusal { get; init; }

    /// <summary>How far it came; of a command that was just committed, what is known once it was written or could not be.</summary>
    public StopDelivery Delivery { get; init; }

    /// <summary>The command that the commit sends; empty if it sends none.</summary>
    public string CommandId { get; init; } = "";

    public static StopResult Refused(Session session, string runId, CoordinatorException refusal) =>
        new() { SessionId = session.SessionId, SessionName = session.Name, RunId = runId, Status = session.Status, Refusal = refusal };

    /// <summary>An id that names no session.</summary>
    public static StopResult Missing(string sessionId, CoordinatorException refusal) => new() { SessionId = sessionId, Refusal = refusal };
}
