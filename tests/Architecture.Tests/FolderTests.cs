using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>The topmost folders of every assembly know each other in one direction, and docs/architecture.md says in which.</summary>
public sealed class FolderTests
{
    [Theory]
    [MemberData(nameof(Product.Assemblies), MemberType = typeof(Product))]
    public void Folders_OfAnAssembly_FormNoCycle(string assembly, string rootNamespace, string project)
    {
        ReferenceGraph graph = Product.Read(assembly, rootNamespace);
        Assert.True(graph.InnerReferences.Any(), $"Nothing was found in {project}.");
        FolderGraph folders = new(graph);
        Complaints.None(folders.Cycles.SelectMany(cycle => Describe(folders, cycle)));
    }

    [Theory]
    [MemberData(nameof(Product.Assemblies), MemberType = typeof(Product))]
    public void Folder_KnowsAnother_IsDocumentedAboveIt(string assembly, string rootNamespace, string project) =>
        Complaints.None(DocumentedOrder.Read(project, rootNamespace).Violations(Product.Read(assembly, rootNamespace)));

    [Theory]
    [MemberData(nameof(Product.Assemblies), MemberType = typeof(Product))]
    public void Folder_ThatIsDocumented_Exists(string assembly, string rootNamespace, string project)
    {
        ReferenceGraph graph = Product.Read(assembly, rootNamespace);

        Complaints.None(DocumentedOrder.Folders(project).Except(graph.Types.Select(graph.Root.FolderOf)));
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
