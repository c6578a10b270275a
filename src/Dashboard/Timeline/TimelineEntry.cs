namespace Coordinator.Dashboard.Timeline;

/// <summary>Something a reader of the timeline sees: an event, a tool's call with its answer, or a stretch of output.</summary>
public sealed record TimelineEntry
{
    /// <summary>The sequence of the event, or of the first line.</summary>
    public required long Sequence { get; init; }

    /// <summary>What happened; null for a stretch of output.</summary>
    public Proto.SessionEvent? Event { get; init; }

    /// <summary>The answer to a call of a tool; null until there is one.</summary>
    public Proto.SessionEvent? Result { get; init; }

    /// <summary>How many lines of output.</summary>
    public long Lines { get; init; }

    /// <summary>About how much memory it takes, in characters.</summary>
    public long Size => 128 + SizeOf(Event) + SizeOf(Result);

    /// <summary>The last sequence it stands for, results apart.</summary>
    public long Last => Lines > 0 ? Sequence + Lines - 1 : Sequence;

    private static long SizeOf(Proto.SessionEvent? entry) => entry?.EventCase switch
    {
        Proto.SessionEvent.EventOneofCase.Message => entry.Message.Text.Length,
        Proto.SessionEvent.EventOneofCase.ToolCall => entry.ToolCall.InputJson.Length,
        Proto.SessionEvent.EventOneofCase.ToolResult => entry.ToolResult.Text.Length,
        Proto.SessionEvent.EventOneofCase.RunCompleted => entry.RunCompleted.ResultText.Length,
        _ => 0,
    };
}
