using Coordinator.Storage;

namespace Coordinator.Timelines;

/// <summary>The events of a chunk after a sequence. They are numbered without gaps, so the number needs no reading.</summary>
internal ref struct StoredEvents(EventChunk chunk, long after)
{
    private WireFields _fields = new(chunk.Payload);
    private long _sequence = chunk.FirstSequence - 1;

    public StoredEvent Current { get; private set; }

    public readonly StoredEvents GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_fields.MoveNext())
        {
            if (_fields.Number != Proto.WatchSessionEventsResponse.EventsFieldNumber || ++_sequence <= after)
                continue;
            Current = new StoredEvent(_sequence, _fields.Content);
            return true;
        }

        return false;
    }
}

internal static class EventChunkEvents
{
    /// <summary>The events of a chunk after a sequence, in order.</summary>
    public static StoredEvents EventsAfter(this EventChunk chunk, long sequence) => new(chunk, sequence);
}
