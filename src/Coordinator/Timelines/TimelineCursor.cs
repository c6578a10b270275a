using Coordinator.Storage;

namespace Coordinator.Timelines;

/// <summary>Where one reader of a timeline is, and what it is told.</summary>
/// <param name="after">The sequence it begins after.</param>
internal sealed class TimelineCursor(long after, bool omitOutput, Func<TimelineBatch, Task> send, TimeProvider time)
{
    private long? _told;
    private long _toldAt = time.GetTimestamp();

    /// <summary>Everything up to here was sent or left out.</summary>
    public long Sequence { get; private set; } = after;

    /// <summary>How long nothing was sent, which is not how long nothing happened: what happened may have been left out.</summary>
    public TimeSpan Silence => time.GetElapsedTime(_toldAt);

    public Task SendAsync(EventChunk chunk)
    {
        List<Proto.SessionEvent> events = [];
        foreach (StoredEvent item in chunk.EventsAfter(Sequence))
        {
            if (!omitOutput || item.Kind != Proto.SessionEvent.EventOneofCase.Output)
                events.Add(item.Read());
        }

        Sequence = Math.Max(Sequence, chunk.LastSequence);
        return events.Count == 0 ? Task.CompletedTask : SendAsync(events);
    }

    /// <summary>Whether the reader knows its position; at first it does not, even if nothing is new.</summary>
    public bool IsTold => _told == Sequence;

    /// <summary>Tells the position, if the reader does not know it.</summary>
    public Task SendPositionAsync() => IsTold ? Task.CompletedTask : SendSignOfLifeAsync();

    public Task SendSignOfLifeAsync() => SendAsync([]);

    private Task SendAsync(IReadOnlyList<Proto.SessionEvent> events)
    {
        _told = Sequence;
        _toldAt = time.GetTimestamp();
        return send(new TimelineBatch(events, Sequence));
    }
}
