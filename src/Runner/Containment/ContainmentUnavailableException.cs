namespace Coordinator.AgentRunner.Containment;

/// <summary>A containment cannot be used on this machine. The message is half a sentence that says why.</summary>
internal sealed class ContainmentUnavailableException(string message, Exception? cause = null)
    : Exception(message, cause);
