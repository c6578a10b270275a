using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>The assemblies of the product, as they were compiled for these tests.</summary>
internal static class Product
{
    /// <summary>Each with its root namespace.</summary>
    public static TheoryData<string, string> Assemblies => new()
    {
        { "coordinator", "Coordinator" },
        { "coordinator-runner", "Coordinator.AgentRunner" },
        { "Coordinator.Dashboard", "Coordinator.Dashboard" },
    };

    public static ReferenceGraph Coordinator { get; } = Read("coordinator", "Coordinator");

    public static ReferenceGraph Read(string assembly, string rootNamespace) =>
        ReferenceGraph.Read(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"), rootNamespace);
}
