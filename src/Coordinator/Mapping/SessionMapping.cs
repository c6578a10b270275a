using Coordinator.Model;

namespace Coordinator.Mapping;

/// <summary>Sessions as the API shows them: with what matters of their newest run.</summary>
internal static class SessionMapping
{
    public static Proto.Session ToProto(SessionView view) => ToProto(view.Session, view.Run);

    public static Proto.Session ToProto(Session session, Run? run)
    {
        Proto.Session proto = new()
        {
            SessionId = session.SessionId,
            SessionName = session.Name,
            Status = ToProto(session.Status),
            RunId = session.RunId,
            RunStatus = run is null ? Proto.RunStatus.Unspecified : RunMapping.ToProto(run.Status),
            AgentName = session.AgentName,
            Executor = session.Executor,
            ProjectDir = session.ProjectDir,
            ParentSessionId = session.ParentSessionId,
            RunnerId = run?.RunnerId ?? "",
            Hostname = run?.Hostname ?? "",
            ExecutorSessionId = session.ExecutorSessionId,
            Stop = RunMapping.StopOf(run),
            CreatedBy = session.CreatedBy,
            CreateTime = session.CreateTime.ToProto(),
            UpdateTime = session.UpdateTime.ToProto(),
            Revision = session.Revision,
            StartTime = run?.StartTime?.ToProto(),
            EndTime = run?.EndTime?.ToProto(),
            Failure = RunMapping.FailureOf(run),
            PendingReason = run?.PendingReason ?? "",
            Usage = UsageMapping.ToProto(run is null ? session.EarlierUsage : session.EarlierUsage + run.Usage),
            ResultTime = run?.ResultTime?.ToProto(),
            ProcessesEnded = run?.ProcessesEnded ?? 0,
            EndedAfterResult = run?.EndedAfterResult ?? false,
        };
        if (run is not null)
            proto.EndedCommands.Add(run.EndedCommands);
        proto.Labels.Add(session.Labels);
        return proto;
    }

    public static Proto.SessionStatus ToProto(SessionStatus status) => status switch
    {
        SessionStatus.Pending => Proto.SessionStatus.Pending,
        SessionStatus.Running => Proto.SessionStatus.Running,
        SessionStatus.Stopping => Proto.SessionStatus.Stopping,
        SessionStatus.Stopped => Proto.SessionStatus.Stopped,
        SessionStatus.Finished => Proto.SessionStatus.Finished,
        SessionStatus.Failed => Proto.SessionStatus.Failed,
    };

    /// <summary>The status of a checked request.</summary>
    public static SessionStatus FromProto(Proto.SessionStatus status) =>
        Enum.GetValues<SessionStatus>().First(known => ToProto(known) == status);
}
