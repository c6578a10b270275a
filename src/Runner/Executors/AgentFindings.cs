namespace Coordinator.AgentRunner.Executors;

/// <summary>What an agent's output told about the agent as a whole.</summary>
internal sealed class AgentFindings
{
    /// <summary>The conversation's id inside the agent; empty while it is not known.</summary>
    public string ExecutorSessionId { get; set; } = "";

    /// <summary>What the agent gave as its result, at most 1 MiB.</summary>
    public string ResultText { get; set; } = "";

    /// <summary>Whether the agent called its result an error.</summary>
    public bool ResultIsError { get; set; }
}
