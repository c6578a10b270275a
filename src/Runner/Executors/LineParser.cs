namespace Coordinator.AgentRunner.Executors;

/// <summary>Every line is an output event.</summary>
internal sealed class LineParser(Proto.OutputStream stream) : IOutputParser
{
    public AgentFindings Findings { get; } = new();

    public int MaxLineBytes => BoundedText.MaxTextBytes;

    public bool ShowsPartialLines => true;

    public void Parse(ReadOnlySpan<byte> line, long truncatedBytes, List<Proto.SessionEvent> events) =>
        events.Add(ToOutput(stream, line, truncatedBytes));

    public static Proto.SessionEvent ToOutput(Proto.OutputStream stream, ReadOnlySpan<byte> line, long truncatedBytes)
    {
        string text = BoundedText.Decode(line, out int decoded);
        Proto.OutputEvent output = new()
        {
            Stream = stream,
            Text = text,
            TruncatedBytes = truncatedBytes + line.Length - decoded,
        };
        return new Proto.SessionEvent { Output = output };
    }
}
