using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Testing.Samples;

/// <summary>Events as the coordinator sends them.</summary>
public static class SampleEvents
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static Proto.SessionEvent Line(long sequence, string? text = null, Proto.OutputStream stream = Proto.OutputStream.Stdout) =>
        At(sequence, new() { Output = new() { Stream = stream, Text = text ?? $"line {sequence}" } });

    public static Proto.SessionEvent Message(long sequence, string text, Proto.MessageRole role = Proto.MessageRole.Assistant) =>
        At(sequence, new() { Message = new() { Role = role, Text = text } });

    public static Proto.SessionEvent Call(long sequence, string id, string tool, string json) =>
        At(sequence, new() { ToolCall = new() { ToolCallId = id, ToolName = tool, InputJson = json } });

    public static Proto.SessionEvent Result(long sequence, string id, string text, bool isError = false) =>
        At(sequence, new() { ToolResult = new() { ToolCallId = id, Text = text, IsError = isError } });

    public static Proto.SessionEvent Started(long sequence) =>
        At(sequence, new() { RunStarted = new() { RunnerId = "rnr_1", ProcessId = 42, Containment = "cgroup" } });

    public static Proto.SessionEvent Stopped(long sequence) => At(sequence, new()
    {
        RunStopped = new()
        {
            Stop = new()
            {
                RequestedTime = Timestamp.FromDateTimeOffset(Start),
                EndedTime = Timestamp.FromDateTimeOffset(Start.AddMilliseconds(840)),
                Signal = "SIGTERM",
            },
        },
    });

    public static Proto.SessionEvent At(long sequence, Proto.SessionEvent entry, string runId = "run_1")
    {
        entry.SessionId = "ses_1";
        entry.RunId = runId;
        entry.Sequence = sequence;
        entry.Time = Timestamp.FromDateTimeOffset(Start.AddSeconds(sequence));
        return entry;
    }

    public static Proto.WatchSessionEventsResponse Sent(long sequence, params IEnumerable<Proto.SessionEvent> events) =>
        new() { Sequence = sequence, Events = { events } };
}
