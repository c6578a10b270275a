using System.Globalization;
using System.Text.Json;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Words for what Claude Code tells about itself in lines of type <c>system</c>.</summary>
internal static class ClaudeNotices
{
    private const int MaxDetailBytes = 1024;

    /// <summary>For example "The model did not answer (529); try 3 of 10."</summary>
    public static string OfRetry(JsonElement root)
    {
        string why = Word(root, "error_status") is { Length: > 0 } status ? status : Word(root, "error");
        string problem = why.Length > 0 ? $"The model did not answer ({why})" : "The model did not answer";
        string attempt = Word(root, "attempt");
        string most = Word(root, "max_retries");
        return (attempt.Length, most.Length) switch
        {
            (0, _) => $"{problem}; it is tried again.",
            (_, 0) => $"{problem}; try {attempt}.",
            _ => $"{problem}; try {attempt} of {most}.",
        };
    }

    /// <summary>For example "The tool Bash was refused: it needs approval."</summary>
    public static string OfDenial(JsonElement root)
    {
        string tool = Word(root, "tool_name") is { Length: > 0 } name ? $"The tool {name}" : "A tool";
        string message = Word(root, "message");
        return message.Length > 0 ? $"{tool} was refused: {message}" : $"{tool} was refused.";
    }

    /// <summary>A number or a text; empty for everything else.</summary>
    private static string Word(JsonElement root, string property)
    {
        if (!root.TryGetProperty(property, out JsonElement value))
            return "";
        return value.ValueKind switch
        {
            JsonValueKind.String => BoundedText.Cut(value.GetString() ?? "", MaxDetailBytes),
            JsonValueKind.Number when value.TryGetInt64(out long number) => number.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
    }
}
