namespace Coordinator.Timelines;

/// <summary>An event as it is stored. What it is can be told, and its texts searched, without making an object of it.</summary>
internal readonly ref struct StoredEvent
{
    private readonly ReadOnlySpan<byte> _message;

    public StoredEvent(long sequence, ReadOnlySpan<byte> message)
    {
        Sequence = sequence;
        _message = message;
        for (WireFields fields = new(message); fields.MoveNext();)
        {
            if (fields.Number >= Proto.SessionEvent.RunStartedFieldNumber)
            {
                // The cases of the oneof are named by their field numbers.
                Kind = (Proto.SessionEvent.EventOneofCase)fields.Number;
                Content = fields.Content;
            }
        }
    }

    public long Sequence { get; }

    public Proto.SessionEvent.EventOneofCase Kind { get; }

    /// <summary>The message of its kind.</summary>
    public ReadOnlySpan<byte> Content { get; }

    public int Size => _message.Length;

    public Proto.SessionEvent Read() => Proto.SessionEvent.Parser.ParseFrom(_message);
}
