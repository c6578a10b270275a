namespace Coordinator.AgentRunner.Primitives;

/// <summary>A line of output, or a piece of one that has not ended, without its end. Valid until the next is taken.</summary>
internal readonly ref struct OutputLine
{
    /// <summary>Ends within a character only if the agent's output does.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>How many bytes were cut from its end.</summary>
    public long TruncatedBytes { get; init; }

    /// <summary>How many bytes stood there before and were overwritten, carriage returns not counted.</summary>
    public long OverwrittenBytes { get; init; }

    public bool IsEmpty => Text.IsEmpty && TruncatedBytes == 0;

    /// <summary>
    /// What is left to read of a line that returned to its beginning: what follows the last carriage return that has text
    /// after it.
    /// </summary>
    /// <param name="line">The line, with or without carriage returns at its end.</param>
    /// <param name="overwrittenBytes">How many bytes of text stood there before.</param>
    public static ReadOnlySpan<byte> LastState(ReadOnlySpan<byte> line, out long overwrittenBytes)
    {
        ReadOnlySpan<byte> text = line.TrimEnd((byte)'\r');
        int begin = text.LastIndexOf((byte)'\r') + 1;
        overwrittenBytes = begin - text[..begin].Count((byte)'\r');
        return text[begin..];
    }
}
