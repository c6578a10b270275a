namespace Coordinator.AgentRunner.Executors;

/// <summary>How the agent's standard output is read.</summary>
internal enum OutputFormat
{
    /// <summary>Text, line by line.</summary>
    Lines,

    /// <summary>The JSON lines of <c>claude --output-format stream-json</c>.</summary>
    ClaudeStreamJson,
}
