using Coordinator.Model;
using Google.Protobuf;

namespace Coordinator.Mapping;

/// <summary>Makes the entries of the audit log. What goes with an action is kept as the API shows it.</summary>
internal static class AuditEntries
{
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

    /// <param name="alreadyStopping">Whether it was asked for before.</param>
    public static AuditEntry Stop(Run run, StopTerms terms, bool alreadyStopping) => new()
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
            AlreadyStopping = alreadyStopping,
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

    /// <param name="stopAfter">When what is still active is stopped; null for never.</param>
    public static AuditEntry Drain(Origin origin, string runnerId, string reason, TimeSpan? stopAfter) =>
        OfRunner(AuditAction.DrainRunner, origin, runnerId, reason, new Proto.AuditedDrain { StopAfter = stopAfter?.ToProto() }.ToByteArray());

    public static AuditEntry Undrain(Origin origin, string runnerId) => OfRunner(AuditAction.UndrainRunner, origin, runnerId, "", []);

    public static AuditEntry Removal(Origin origin, string runnerId) => OfRunner(AuditAction.RemoveRunner, origin, runnerId, "", []);

    public static AuditEntry Deletion(Origin origin, string sessionId) => new()
    {
        Action = AuditAction.DeleteSession,
        OperationId = origin.OperationId,
        RequestedBy = origin.RequestedBy,
        Peer = origin.Peer,
        SessionId = sessionId,
    };

    private static AuditEntry OfRunner(AuditAction action, Origin origin, string runnerId, string reason, byte[] details) => new()
    {
        Action = action,
        OperationId = origin.OperationId,
        RequestedBy = origin.RequestedBy,
        Peer = origin.Peer,
        Reason = reason,
        RunnerId = runnerId,
        Details = details,
    };
}
