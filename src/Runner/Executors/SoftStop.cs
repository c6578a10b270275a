namespace Coordinator.AgentRunner.Executors;

/// <summary>What is tried on the agent before SIGTERM goes to all of its processes.</summary>
internal enum SoftStop
{
    None,

    /// <summary>SIGINT to the agent's own process.</summary>
    Interrupt,
}
