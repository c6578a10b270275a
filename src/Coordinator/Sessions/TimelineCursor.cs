namespace Coordinator.Sessions;

/// <summary>Where one reader of a timeline is, and what it is told.</summary>
/// <param name="after">The sequence it begins after.</param>
internal sealed class TimelineCursor(long after, bool omitOutput, Func<Proto.WatchSessionEventsResponse, Task> send, TimeProvider time)
{
    private long? _told;
    private long _toldAt = time.GetTimestamp();

    /// <summary>Everything up to here was sent or left out.</summary>
    public long Sequence { get; private set; } = after;

    /// <summary>How long nothing was sent, which is not how long nothing happened: what happened may have been left out.</summary>
    public TimeSpan Silence => time.GetElapsedTime(_toldAt);

    public Task SendAsync(EventChunk chunk)
    {
        Proto.WatchSessionEventsResponse response = new();
        foreach (StoredEvent item in chunk.EventsAfter(Sequence))
        {
            if (!omitOutput || item.Kind != Proto.SessionEvent.EventOneofCase.Output)
                response.Events.Add(item.Read());
        }

        Sequence = Math.Max(Sequence, chunk.LastSequence);
        return response.Events.Count == 0 ? Task.CompletedTask : SendAsync(response);
    }

    /// <summary>Whether the reader knows its position; at first it does not, even if nothing is new.</summary>
    public bool IsTold => _told == Sequence;

    /// <summary>Tells the position, if the reader does not know it.</summary>
    public Task SendPositionAsync() => IsTold ? Task.CompletedTask : SendSignOfLifeAsync();

    public Task SendSignOfLifeAsync() => SendAsync(new Proto.WatchSessionEventsResponse());

    private Task SendAsync(Proto.WatchSessionEventsResponse response)
    {
        _told = response.Sequence = Sequence;
        _toldAt = time.GetTimestamp();
        return send(response);
    }
}
