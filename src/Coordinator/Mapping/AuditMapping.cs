using Coordinator.Model;

namespace Coordinator.Mapping;

/// <summary>The record as the API shows it.</summary>
internal static class AuditMapping
{
    public static Proto.AuditEntry ToProto(AuditEntry entry)
    {
        Proto.AuditEntry proto = new()
        {
            Sequence = entry.Sequence,
            Time = entry.Time.ToProto(),
            Action = ToProto(entry.Action),
            OperationId = entry.OperationId,
            RequestedBy = entry.RequestedBy,
            Peer = entry.Peer,
            Reason = entry.Reason,
            SessionId = entry.SessionId,
            RunId = entry.RunId,
            RunnerId = entry.RunnerId,
        };
        switch (entry.Action)
        {
            case AuditAction.Stop:
                proto.Stop = Proto.AuditedStop.Parser.ParseFrom(entry.Details);
                break;
            case AuditAction.StopEnded:
                proto.End = Proto.AuditedEnd.Parser.ParseFrom(entry.Details);
                break;
            case AuditAction.DrainRunner:
                proto.Drain = Proto.AuditedDrain.Parser.ParseFrom(entry.Details);
                break;
        }

        return proto;
    }

    public static Proto.AuditAction ToProto(AuditAction action) => action switch
    {
        AuditAction.Stop => Proto.AuditAction.Stop,
        AuditAction.StopEnded => Proto.AuditAction.StopEnded,
        AuditAction.DrainRunner => Proto.AuditAction.DrainRunner,
        AuditAction.UndrainRunner => Proto.AuditAction.UndrainRunner,
        AuditAction.RemoveRunner => Proto.AuditAction.RemoveRunner,
        AuditAction.DeleteSession => Proto.AuditAction.DeleteSession,
        AuditAction.StartSession => Proto.AuditAction.StartSession,
        AuditAction.ResumeSession => Proto.AuditAction.ResumeSession,
    };

    /// <summary>The action of a checked request.</summary>
    public static AuditAction FromProto(Proto.AuditAction action) =>
        Enum.GetValues<AuditAction>().First(known => ToProto(known) == action);
}
