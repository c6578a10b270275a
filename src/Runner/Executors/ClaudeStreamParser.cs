using System.Text;
using System.Text.Json;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Reads what <c>claude -p --output-format stream-json --verbose</c> writes: one JSON object per line. Lines of a
/// known type become messages, tool calls and tool results; types it does not know are left out; and what is no JSON or
/// not of the expected shape is shown as the output it is, so that nothing an agent says gets lost on its own format.
/// </summary>
/// <param name="usageBefore">The totals that the conversation had before this run; null if none are known.</param>
internal sealed class ClaudeStreamParser(Proto.Usage? usageBefore = null) : IOutputParser
{
    /// <summary>Of an id or a name that the agent gives: real ones are far shorter.</summary>
    private const int MaxNameBytes = 256;

    private const int MaxErrors = 20;

    public AgentFindings Findings { get; } = new(usageBefore);

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
            case "system":
                ReadSystem(root, events);
                break;
            case "assistant":
                Findings.Works();
                ReadContent(root, Proto.MessageRole.Assistant, events);
                ReadAnswer(root.GetProperty("message"));
                break;
            case "user":
                Findings.Works();
                ReadContent(root, Proto.MessageRole.User, events);
                break;
            case "stream_event":
                Findings.Works();
                break;
            case "result":
                ReadResult(root);
                break;
        }
    }

    private void ReadSystem(JsonElement root, List<Proto.SessionEvent> events)
    {
        switch (Text(root, "subtype"))
        {
            case "init":
                LearnSession(root.GetProperty("session_id").GetString());
                Findings.Works();
                break;
            case "api_retry":
                AddMessage(Proto.MessageRole.System, ClaudeNotices.OfRetry(root), events);
                break;
            case "permission_denied":
                Findings.Usage.Denied(Name(root, "tool_name"), Name(root, "tool_use_id"));
                AddMessage(Proto.MessageRole.System, ClaudeNotices.OfDenial(root), events);
                break;
        }
    }

    /// <summary>Too long an id is none: cut, it would name another conversation.</summary>
    private void LearnSession(string? id)
    {
        if (!string.IsNullOrEmpty(id) && Encoding.UTF8.GetByteCount(id) <= MaxNameBytes)
            Findings.ExecutorSessionId = id;
    }

    private void ReadAnswer(JsonElement message)
    {
        if (message.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object)
            Findings.Usage.Answered(Name(message, "id"), ClaudeUsage.OfMessage(usage));
    }

    private void ReadContent(JsonElement root, Proto.MessageRole role, List<Proto.SessionEvent> events)
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
                    Findings.Usage.ToolCalled();
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
        ToolCallId = BoundedText.Cut(block.GetProperty("id").GetString() ?? "", MaxNameBytes),
        ToolName = BoundedText.Cut(block.GetProperty("name").GetString() ?? "", MaxNameBytes),
        InputJson = block.TryGetProperty("input", out JsonElement input) ? Bounded(input.GetRawText()) : "",
    };

    private static Proto.ToolResultEvent ToToolResult(JsonElement block) => new()
    {
        ToolCallId = BoundedText.Cut(block.GetProperty("tool_use_id").GetString() ?? "", MaxNameBytes),
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
        if (result.Length == 0 && isError)
            result = ToErrorText(root);
        LearnSession(Text(root, "session_id"));
        ClaudeUsage.Finish(Findings.Usage, root);
        foreach (JsonElement denial in Items(root, "permission_denials").Where(item => item.ValueKind == JsonValueKind.Object))
            Findings.Usage.Denied(Name(denial, "tool_name"), Name(denial, "tool_use_id"));
        Findings.Finished(BoundedText.Cut(result, BoundedText.MaxResultBytes), isError);
    }

    /// <summary>An error is told by a list of sentences in the place of a result, or only by its kind.</summary>
    private static string ToErrorText(JsonElement root)
    {
        IEnumerable<string?> sentences = Items(root, "errors")
            .Where(item => item.ValueKind == JsonValueKind.String)
            .Take(MaxErrors)
            .Select(item => item.GetString());
        string text = string.Join('\n', sentences.Where(sentence => !string.IsNullOrWhiteSpace(sentence)));
        return text.Length == 0 && Text(root, "subtype") is { Length: > 0 } kind ? $"The agent reported {kind}." : text;
    }

    /// <summary>The elements of an array; none if it is missing or something else.</summary>
    private static JsonElement.ArrayEnumerator Items(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;

    /// <summary>A short text; empty if it is missing or something else.</summary>
    private static string Name(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? BoundedText.Cut(value.GetString() ?? "", MaxNameBytes)
            : "";

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetString() : null;

    private static string Bounded(string text) => BoundedText.Cut(text, BoundedText.MaxTextBytes);
}
