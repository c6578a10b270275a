namespace Coordinator.Model;

/// <summary>How far the command of a stop came before its caller was answered.</summary>
internal enum StopDelivery
{
    /// <summary>Nothing was asked of a runner, as the stop was refused.</summary>
    None,

    /// <summary>Written to the runner's connection, or it was before.</summary>
    Sent,

    /// <summary>Stored; it is sent when the runner connects.</summary>
    QueuedRunnerOffline,

    /// <summary>No runner had the run: it is stopped with the commit.</summary>
    NotStarted,

    /// <summary>Sent, and not stored: see <c>EmergencyStops</c>.</summary>
    SentNotDurable,
}
