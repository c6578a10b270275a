using System.Text.Json;

namespace Coordinator.Testing.Model;

/// <summary>The conversation so far, as an agent sent it to ask for the next answer.</summary>
public sealed record ModelConversation
{
    /// <summary>The model that was asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The system prompt.</summary>
    public required string System { get; init; }

    /// <summary>The names of the tools the model may use. Without any, the agent asks for itself (a title, a summary).</summary>
    public required IReadOnlyList<string> Tools { get; init; }

    /// <summary>The messages, oldest first.</summary>
    public required IReadOnlyList<ModelTurn> Turns { get; init; }

    /// <summary>Whether the answer is to be streamed.</summary>
    public required bool Streaming { get; init; }

    /// <summary>
    /// The user's newest message: a prompt, or what the tools brought. Claude Code may put a message of its own after it,
    /// in the role "system".
    /// </summary>
    public ModelTurn Newest => Turns.Last(turn => turn.Role == "user");

    /// <summary>Everything the user's side said, for assertions on what a resumed conversation remembers.</summary>
    public IEnumerable<string> UserTexts => TextsOf("user");

    /// <summary>Everything the model said.</summary>
    public IEnumerable<string> AssistantTexts => TextsOf("assistant");

    internal static ModelConversation Parse(JsonElement body) => new()
    {
        Model = body.GetProperty("model").GetString()!,
        System = body.TryGetProperty("system", out var system) ? ModelTurn.JoinContent(system) : "",
        Tools = body.TryGetProperty("tools", out var tools)
            ? [.. tools.EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)]
            : [],
        Turns = [.. body.GetProperty("messages").EnumerateArray().Select(ModelTurn.Parse)],
        Streaming = body.TryGetProperty("stream", out var stream) && stream.GetBoolean(),
    };

    private IEnumerable<string> TextsOf(string role) =>
        Turns.Where(turn => turn.Role == role && turn.Text.Length > 0).Select(turn => turn.Text);
}
