using Coordinator.Runs;
using Google.Protobuf;

namespace Coordinator.Audit;

/// <summary>
/// Who asked for what, when, why and from where, or how it ended. Written in the transaction of what it tells of, and never
/// changed or deleted. It holds no prompt, and nothing that an agent said.
/// </summary>
internal sealed class AuditEntry
{
    /// <summary>Given by the database; grows with every entry.</summary>
    public long Sequence { get; init; }

    public DateTimeOffset Time { get; set; }

    public required AuditAction Action { get; init; }

    public required string OperationId { get; init; }

    public required string RequestedBy { get; init; }

    public required string Peer { get; init; }

    public string Reason { get; init; } = "";

    public string SessionId { get; init; } = "";

    public string RunId { get; init; } = "";

    public string RunnerId { get; init; } = "";

    /// <summary>The message of the API that goes with the action, serialised; empty if none does.</summary>
    public byte[] Details { get; init; } = [];

    /// <summary>Of a new run: its session was started or resumed.</summary>
    public static AuditEntry Start(Run run, Origin origin) => new()
    {
        Action = run.Resumed ? AuditAction.ResumeSession : AuditAction.StartSession,
        OperationId = origin.OperationId,
        RequestedBy = origin.RequestedBy,
        Peer = origin.Peer,
        SessionId = run.SessionId,
        RunId = run.RunId,
    };

    public static AuditEntry Stop(Run run, StopTerms terms) => new()
    {
        Action = AuditAction.Stop,
        OperationId = terms.Origin.OperationId,
        RequestedBy = terms.Origin.RequestedBy,
        Peer = terms.Origin.Peer,
        Reason = terms.Reason,
        SessionId = run.SessionId,
        RunId = run.RunId,
        RunnerId = run.RunnerId,
        Details = new Proto.AuditedStop
        {
            GracePeriod = terms.GracePeriod.ToProto(),
            Force = terms.Force,
            IncludeChildren = terms.IncludeChildren,
            AlreadyStopping = run.Status == RunStatus.Stopping,
        }.ToByteArray(),
    };

    public static AuditEntry StopEnded(Run run, StopState stop)
    {
        Proto.AuditedEnd end = new()
        {
            RunStatus = RunMapping.ToProto(run.Status),
            Outcome = RunMapping.ToProto(stop.Outcome),
            EndTime = run.EndTime?.ToProto(),
            FailureReason = run.FailureReason,
        };
        if (stop.ProcessesLeft is { } left)
            end.ProcessesLeft = left;
        return new AuditEntry
        {
            Action = AuditAction.StopEnded,
            OperationId = stop.OperationId,
            RequestedBy = stop.RequestedBy,
            Peer = "",
            Reason = stop.Reason,
            SessionId = run.SessionId,
            RunId = run.RunId,
            RunnerId = run.RunnerId,
            Details = end.ToByteArray(),
        };
    }

    public static AuditEntry OfRunner(AuditAction action, Origin origin, string runnerId, string reason = "", Proto.AuditedDrain? drain = null) => new()
    {
        Action = action,
        OperationId = origin.OperationId,
        RequestedBy = origin.RequestedBy,
        Peer = origin.Peer,
        Reason = reason,
        RunnerId = runnerId,
        Details = drain?.ToByteArray() ?? [],
    };

    public static AuditEntry Deletion(Origin origin, string sessionId) => new()
    {
        Action = AuditAction.DeleteSession,
        OperationId = origin.OperationId,
        RequestedBy = origin.RequestedBy,
        Peer = origin.Peer,
        SessionId = sessionId,
    };
}
