using System.Text;
using System.Text.Json;
using Coordinator.Contracts.Text;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Reads what <c>claude -p --output-format stream-json --verbose</c> writes: one JSON object per line. Lines of a
/// known type become messages, tool calls and tool results; types it does not know are left out; and what is no JSON or
/// not of the expected shape is shown as the output it is, so that nothing an agent says gets lost on its own format.
/// </summary>
/// <param name="usageBefore">The totals that the conversation had before this run; null if none are known.</param>
internal sealed class ClaudeStreamParser(Proto.Usage? usageBefore = null) : IOutputParser
{
    /// <summary>What one line may become: far more than real ones do, and far less than a report may hold.</summary>
    private const int MaxEvents = 200;

    private const int MaxEventBytes = 512 * 1024;

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
        {
            Bound(events, before);
            return;
        }

        events.RemoveRange(before, events.Count - before);
        events.Add(LineParser.ToOutput(Proto.OutputStream.Stdout, line, truncatedBytes));
    }

    /// <summary>Leaves out what is too much of one line, and says so.</summary>
    private static void Bound(List<Proto.SessionEvent> events, int before)
    {
        int bytes = 0;
        int kept = before;
        while (kept < events.Count && kept - before < MaxEvents && bytes <= MaxEventBytes)
            bytes += events[kept++].CalculateSize();
        int leftOut = events.Count - kept;
        if (leftOut == 0)
            return;
        events.RemoveRange(kept, leftOut);
        AddMessage(Proto.MessageRole.System, $"{leftOut} more parts of this line are left out.", events);
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

    /// <summary>What is no id is none: cut or changed, it would name another conversation.</summary>
    private void LearnSession(string? id)
    {
        if (id is not null && ExecutorSessionIds.IsValid(id))
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
        ToolCallId = BoundedText.Cut(block.GetProperty("id").GetString() ?? "", AgentTextLimits.IdBytes),
        ToolName = BoundedText.Cut(block.GetProperty("name").GetString() ?? "", AgentTextLimits.NameBytes),
        InputJson = block.TryGetProperty("input", out JsonElement input) ? Bounded(input.GetRawText()) : "",
    };

    private static Proto.ToolResultEvent ToToolResult(JsonElement block) => new()
    {
        ToolCallId = BoundedText.Cut(block.GetProperty("tool_use_id").GetString() ?? "", AgentTextLimits.IdBytes),
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
            ? BoundedText.Cut(value.GetString() ?? "", AgentTextLimits.NameBytes)
            : "";

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetString() : null;

    private static string Bounded(string text) => BoundedText.Cut(text, BoundedText.MaxTextBytes);
}
