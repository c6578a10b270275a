namespace Coordinator.Model;

/// <summary>What a session is doing; a function of its newest run's status.</summary>
internal enum SessionStatus
{
    Pending,
    Running,
    Stopping,
    Stopped,
    Finished,
    Failed,
}

internal static class SessionStatuses
{
    public static readonly IReadOnlyList<SessionStatus> Active = [.. Enum.GetValues<SessionStatus>().Where(IsActive)];

    public static readonly IReadOnlyList<SessionStatus> Ended = [.. Enum.GetValues<SessionStatus>().Where(s => !s.IsActive())];

    public static SessionStatus Of(RunStatus run) => run switch
    {
        RunStatus.Pending or RunStatus.Claimed => SessionStatus.Pending,
        RunStatus.Running => SessionStatus.Running,
        RunStatus.Stopping => SessionStatus.Stopping,
        RunStatus.Completed => SessionStatus.Finished,
        RunStatus.Failed => SessionStatus.Failed,
        RunStatus.Stopped => SessionStatus.Stopped,
    };

    public static bool IsActive(this SessionStatus status) =>
        status is SessionStatus.Pending or SessionStatus.Running or SessionStatus.Stopping;
}
