namespace Coordinator.Client.Events;

/// <summary>How far a message of the stream goes.</summary>
public static class EventPosition
{
    /// <summary>The sequence up to which everything was sent; 0 if the message does not say.</summary>
    public static long Position(this Proto.WatchSessionEventsResponse message) =>
        message.Events.Count == 0 ? message.Sequence : Math.Max(message.Sequence, message.Events[^1].Sequence);
}
