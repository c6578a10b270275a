using System.Text;
using System.Text.Json;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Reads what <c>claude -p --output-format stream-json --verbose</c> writes: one JSON object per line. Lines of a
/// known type become messages, tool calls and tool results; types it does not know are left out; and what is no JSON or
/// not of the expected shape is shown as the output it is, so that nothing an agent says gets lost on its own format.
/// </summary>
internal sealed class ClaudeStreamParser : IOutputParser
{
    public AgentFindings Findings { get; } = new();

    /// <summary>A tool's result with a file or a picture in it comes in one line.</summary>
    public int MaxLineBytes => 8 * 1024 * 1024;

    public bool ShowsPartialLines => false;

    public void Parse(ReadOnlySpan<byte> line, long truncatedBytes, List<Proto.SessionEvent> events)
    {
        if (line.IsEmpty && truncatedBytes == 0)
            return;
        int before = events.Count;
        if (truncatedBytes == 0 && TryRead(line, events))
            return;
        events.RemoveRange(before, events.Count - before);
        events.Add(LineParser.ToOutput(Proto.OutputStream.Stdout, line, truncatedBytes));
    }

    private bool TryRead(ReadOnlySpan<byte> line, List<Proto.SessionEvent> events)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed < line.Length && !line[(int)reader.BytesConsumed..].Trim(" \t\r"u8).IsEmpty)
                return false;
            ReadObject(document.RootElement, events);
            return true;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not JSON; not of the expected shape; or a string that is not text (half a surrogate pair).
            return false;
        }
    }

    private void ReadObject(JsonElement root, List<Proto.SessionEvent> events)
    {
        switch (root.GetProperty("type").GetString())
        {
            case "system" when Text(root, "subtype") == "init":
                Findings.ExecutorSessionId = root.GetProperty("session_id").GetString() ?? "";
                break;
            case "assistant":
                ReadContent(root, Proto.MessageRole.Assistant, events);
                break;
            case "user":
                ReadContent(root, Proto.MessageRole.User, events);
                break;
            case "result":
                ReadResult(root);
                break;
        }
    }

    private static void ReadContent(JsonElement root, Proto.MessageRole role, List<Proto.SessionEvent> events)
    {
        JsonElement content = root.GetProperty("message").GetProperty("content");
        if (content.ValueKind == JsonValueKind.String)
        {
            AddMessage(role, content.GetString(), events);
            return;
        }

        foreach (JsonElement block in content.EnumerateArray())
        {
            switch (block.GetProperty("type").GetString())
            {
                case "text":
                    AddMessage(role, block.GetProperty("text").GetString(), events);
                    break;
                case "tool_use":
                    events.Add(new Proto.SessionEvent { ToolCall = ToToolCall(block) });
                    break;
                case "tool_result":
                    events.Add(new Proto.SessionEvent { ToolResult = ToToolResult(block) });
                    break;
            }
        }
    }

    private static void AddMessage(Proto.MessageRole role, string? text, List<Proto.SessionEvent> events)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Proto.MessageEvent message = new() { Role = role, Text = Bounded(text) };
            events.Add(new Proto.SessionEvent { Message = message });
        }
    }

    private static Proto.ToolCallEvent ToToolCall(JsonElement block) => new()
    {
        ToolCallId = block.GetProperty("id").GetString() ?? "",
        ToolName = block.GetProperty("name").GetString() ?? "",
        InputJson = block.TryGetProperty("input", out JsonElement input) ? Bounded(input.GetRawText()) : "",
    };

    private static Proto.ToolResultEvent ToToolResult(JsonElement block) => new()
    {
        ToolCallId = block.GetProperty("tool_use_id").GetString() ?? "",
        Text = block.TryGetProperty("content", out JsonElement content) ? Bounded(ToText(content)) : "",
        IsError = block.TryGetProperty("is_error", out JsonElement isError) && isError.ValueKind == JsonValueKind.True,
    };

    /// <summary>A tool's answer is a string, or an array of blocks of which those with text are shown.</summary>
    private static string ToText(JsonElement content)
    {
        if (content.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            return content.GetString() ?? "";
        StringBuilder text = new();
        foreach (JsonElement block in content.EnumerateArray())
        {
            if (text.Length > 0)
                text.Append('\n');
            string type = block.GetProperty("type").GetString() ?? "";
            text.Append(type == "text" ? block.GetProperty("text").GetString() : $"[{type}]");
        }

        return text.ToString();
    }

    private void ReadResult(JsonElement root)
    {
        string result = Text(root, "result") ?? "";
        bool isError = root.TryGetProperty("is_error", out JsonElement flag) && flag.GetBoolean();
        if (Text(root, "session_id") is { Length: > 0 } session)
            Findings.ExecutorSessionId = session;
        Findings.ResultText = BoundedText.Cut(result, BoundedText.MaxResultBytes);
        Findings.ResultIsError = isError;
    }

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetString() : null;

    private static string Bounded(string text) => BoundedText.Cut(text, BoundedText.MaxTextBytes);
}
