using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>The assemblies of the product, as they were compiled for these tests.</summary>
internal static class Product
{
    /// <summary>Each with its root namespace, and its folder below <c>src</c>.</summary>
    public static TheoryData<string, string, string> Assemblies => new()
    {
        { "coordinator", "Coordinator", "Coordinator" },
        { "coordinator-runner", "Coordinator.AgentRunner", "Runner" },
        { "Coordinator.Client", "Coordinator.Client", "Client" },
        { "Coordinator.Dashboard", "Coordinator.Dashboard", "Dashboard" },
    };

    public static ReferenceGraph Coordinator { get; } = Read("coordinator", "Coordinator");

    public static ReferenceGraph Read(string assembly, string rootNamespace) =>
        ReferenceGraph.Read(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"), rootNamespace);
}
