namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>
/// Tests that start real processes and count descriptors and zombies: one after the other, beside nothing else.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "processes";
}
