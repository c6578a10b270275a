using Coordinator.AgentRunner.Primitives;

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
        ReadOnlySpan<byte> state = OutputLine.LastState(line, out long overwritten);
        string text = BoundedText.Decode(state, out int decoded);
        Proto.OutputEvent output = new()
        {
            Stream = stream,
            Text = text,
            TruncatedBytes = truncatedBytes + state.Length - decoded,
            OverwrittenBytes = overwritten,
        };
        return new Proto.SessionEvent { Output = output };
    }
}
