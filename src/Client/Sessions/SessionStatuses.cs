namespace Coordinator.Client.Sessions;

/// <summary>What is known of a status: its word, its order, and what may be done.</summary>
public static class SessionStatuses
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

    /// <summary>As it is typed, and stands in addresses; <c>unknown</c> for one of a newer coordinator.</summary>
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

    /// <summary>The word as it is shown: capitalised.</summary>
    public static string Title(this Proto.SessionStatus status)
    {
        string word = status.Word();
        return char.ToUpperInvariant(word[0]) + word[1..];
    }

    /// <returns>Null if no status has that word.</returns>
    public static Proto.SessionStatus? Parse(string word) =>
        All.Where(s => s.Word() == word).Select(s => (Proto.SessionStatus?)s).FirstOrDefault();

    /// <summary>From 0, the most urgent.</summary>
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
