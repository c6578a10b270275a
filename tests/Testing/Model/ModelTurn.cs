using System.Text.Json;

namespace Coordinator.Testing.Model;

/// <summary>One message of a conversation as the agent sent it.</summary>
/// <param name="Role">"user", "assistant" or "system".</param>
/// <param name="Text">All its text blocks, joined by line feeds; includes the reminders an agent adds by itself.</param>
/// <param name="ToolUses">The tools an assistant's message asked for, by name.</param>
/// <param name="ToolResults">The results a user's message brought back, as text.</param>
public sealed record ModelTurn(
    string Role,
    string Text,
    IReadOnlyList<string> ToolUses,
    IReadOnlyList<string> ToolResults)
{
    internal static ModelTurn Parse(JsonElement message)
    {
        var blocks = Blocks(message.GetProperty("content"));
        return new ModelTurn(
            message.GetProperty("role").GetString()!,
            JoinText(blocks),
            [.. OfType(blocks, "tool_use").Select(block => block.GetProperty("name").GetString()!)],
            [.. OfType(blocks, "tool_result").Select(ResultText)]);
    }

    private static string ResultText(JsonElement result) =>
        result.TryGetProperty("content", out var content) ? JoinContent(content) : "";

    /// <summary>Content is a string, or an array of blocks.</summary>
    internal static string JoinContent(JsonElement content) =>
        content.ValueKind == JsonValueKind.String ? content.GetString()! : JoinText(Blocks(content));

    private static List<JsonElement> Blocks(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? [.. content.EnumerateArray()]
        : [JsonSerializer.SerializeToElement(new { type = "text", text = content.GetString() })];

    private static string JoinText(IEnumerable<JsonElement> blocks) =>
        string.Join('\n', OfType(blocks, "text").Select(block => block.GetProperty("text").GetString()));

    private static IEnumerable<JsonElement> OfType(IEnumerable<JsonElement> blocks, string type) =>
        blocks.Where(block => block.GetProperty("type").GetString() == type);
}
