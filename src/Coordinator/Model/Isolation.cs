namespace Coordinator.Model;

/// <summary>What keeps an agent from its runner and from the runner's other agents. Its numbers are stored.</summary>
internal enum Isolation
{
    /// <summary>The runner did not say.</summary>
    Unknown = 0,

    /// <summary>The agent runs as the runner's own user.</summary>
    None = 1,

    /// <summary>The run has a user of the machine for itself.</summary>
    User = 2,
}
