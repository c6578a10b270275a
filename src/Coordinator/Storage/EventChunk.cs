using Google.Protobuf;

namespace Coordinator.Storage;

/// <summary>
/// A batch of consecutive events of a session in one row; a row for every line would not keep up with an agent that
/// writes as fast as it can.
/// </summary>
internal sealed class EventChunk
{
    public required string SessionId { get; init; }

    public required long FirstSequence { get; init; }

    public required int Count { get; init; }

    public long LastSequence => FirstSequence + Count - 1;

    /// <summary>A serialised <see cref="Proto.WatchSessionEventsResponse"/> with the events.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>A chunk is closed at this size, so that it fits into a message and a reader never holds much.</summary>
    private const int MaxBytes = 256 * 1024;

    public static IEnumerable<EventChunk> Split(string sessionId, IEnumerable<Proto.SessionEvent> events)
    {
        List<Proto.SessionEvent> chunk = [];
        int bytes = 0;
        foreach (Proto.SessionEvent item in events)
        {
            int size = item.CalculateSize();
            if (chunk.Count > 0 && bytes + size > MaxBytes)
            {
                yield return Make(sessionId, chunk);
                (chunk, bytes) = ([], 0);
            }

            chunk.Add(item);
            bytes += size;
        }

        yield return Make(sessionId, chunk);
    }

    private static EventChunk Make(string sessionId, List<Proto.SessionEvent> events) => new()
    {
        SessionId = sessionId,
        FirstSequence = events[0].Sequence,
        Count = events.Count,
        Payload = new Proto.WatchSessionEventsResponse { Events = { events } }.ToByteArray(),
    };
}
