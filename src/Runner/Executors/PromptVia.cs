namespace Coordinator.AgentRunner.Executors;

/// <summary>How the agent gets its prompt.</summary>
internal enum PromptVia
{
    /// <summary>In its arguments, where <c>{prompt}</c> stands.</summary>
    Argument,

    /// <summary>On its standard input, from a file of the run's directory.</summary>
    Stdin,
}
