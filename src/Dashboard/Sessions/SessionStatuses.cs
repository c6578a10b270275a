namespace Coordinator.Dashboard.Sessions;

/// <summary>What the page knows of a status: its word, its order, and what may be done.</summary>
internal static class SessionStatuses
{
    /// <summary>By urgency: what may need somebody comes first.</summary>
    public static IReadOnlyList<Proto.SessionStatus> All { get; } =
    [
        Proto.SessionStatus.Stopping,
        Proto.SessionStatus.Running,
        Proto.SessionStatus.Pending,
        Proto.SessionStatus.Failed,
        Proto.SessionStatus.Stopped,
        Proto.SessionStatus.Finished,
    ];

    /// <summary>In addresses, class names and, capitalised, on the page.</summary>
    public static string Word(this Proto.SessionStatus status) => status switch
    {
        Proto.SessionStatus.Pending => "pending",
        Proto.SessionStatus.Running => "running",
        Proto.SessionStatus.Stopping => "stopping",
        Proto.SessionStatus.Stopped => "stopped",
        Proto.SessionStatus.Finished => "finished",
        Proto.SessionStatus.Failed => "failed",
        _ => "unknown",
    };

    public static string Title(this Proto.SessionStatus status)
    {
        string word = status.Word();
        return char.ToUpperInvariant(word[0]) + word[1..];
    }

    public static Proto.SessionStatus? Parse(string word) =>
        All.Where(s => s.Word() == word).Select(s => (Proto.SessionStatus?)s).FirstOrDefault();

    public static int Urgency(this Proto.SessionStatus status) => status switch
    {
        Proto.SessionStatus.Stopping => 0,
        Proto.SessionStatus.Running => 1,
        Proto.SessionStatus.Pending => 2,
        Proto.SessionStatus.Failed => 3,
        Proto.SessionStatus.Stopped => 4,
        Proto.SessionStatus.Finished => 5,
        _ => 6,
    };

    /// <summary>Whether its run has not ended.</summary>
    public static bool IsActive(this Proto.SessionStatus status) =>
        status is Proto.SessionStatus.Pending or Proto.SessionStatus.Running or Proto.SessionStatus.Stopping;

    /// <summary>Whether a stop may be asked for; a session that is stopping can only be forced.</summary>
    public static bool CanStop(this Proto.SessionStatus status) => status is Proto.SessionStatus.Pending or Proto.SessionStatus.Running;
}
