using System.Text.Json.Nodes;

namespace Coordinator.Testing.Model;

/// <summary>What the model says next. Use the factory methods.</summary>
public abstract record ModelAnswer
{
    private ModelAnswer()
    {
    }

    /// <summary>The model says something and its turn ends.</summary>
    public static ModelAnswer Text(string text) => new TextAnswer(text);

    /// <summary>The model asks the agent to run a shell command.</summary>
    public static ModelAnswer Bash(string command) =>
        Tool("Bash", new JsonObject { ["command"] = command, ["description"] = "Runs what the test asks for" });

    /// <summary>The model asks the agent to use a tool.</summary>
    public static ModelAnswer Tool(string name, JsonObject input) => new ToolAnswer(name, input);

    /// <summary>
    /// The model refuses with an HTTP error. The agent retries some of them (429, 5xx) for minutes; 400 ends its turn.
    /// </summary>
    public static ModelAnswer Error(int status, string type, string message) => new ErrorAnswer(status, type, message);

    internal sealed record TextAnswer(string Content) : ModelAnswer;

    internal sealed record ToolAnswer(string Name, JsonObject Input) : ModelAnswer;

    internal sealed record ErrorAnswer(int Status, string Type, string Message) : ModelAnswer;
}
