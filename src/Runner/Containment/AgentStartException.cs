namespace Coordinator.AgentRunner.Containment;

/// <summary>An agent could not be started. The message is for a person and says what to do.</summary>
internal sealed class AgentStartException(string message, Exception? cause = null) : Exception(message, cause);
