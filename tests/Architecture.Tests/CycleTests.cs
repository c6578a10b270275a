using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>The topmost folders of an assembly can be put into an order, whatever it is: one can be read after the other.</summary>
public sealed class CycleTests
{
    [Theory]
    [MemberData(nameof(Product.Assemblies), MemberType = typeof(Product))]
    public void Folders_OfAnAssembly_KnowEachOtherInOneDirection(string assembly, string rootNamespace)
    {
        ReferenceGraph graph = Product.Read(assembly, rootNamespace);
        Assert.NotEmpty(graph.InnerReferences);
        FolderGraph folders = new(graph);
        Complaints.None(folders.Cycles.SelectMany(cycle => Describe(folders, cycle)));
    }

    /// <summary>All references of a cycle; those that are the least work to turn around come first.</summary>
    private static IEnumerable<string> Describe(FolderGraph folders, IReadOnlyList<string> cycle) => cycle
        .SelectMany(from => folders.Of(from).Where(cycle.Contains).Select(to => (From: from, To: to)))
        .OrderBy(pair => folders.PairsBetween(pair.From, pair.To))
        .SelectMany(pair => folders.Root.Describe(folders.Between(pair.From, pair.To))
            .Select(line => $"    {line}")
            .Prepend($"  {pair.From} knows {pair.To}:"))
        .Prepend($"A cycle of {string.Join(", ", cycle)}:");
}
