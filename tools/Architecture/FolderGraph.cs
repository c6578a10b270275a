namespace Coordinator.Architecture;

/// <summary>The references between the topmost folders of an assembly.</summary>
internal sealed class FolderGraph
{
    private readonly ILookup<(string From, string To), Reference> _references;
    private readonly ILookup<string, string> _neighbours;

    public FolderGraph(ReferenceGraph graph)
    {
        Root = graph.Root;
        _references = graph.InnerReferences
            .ToLookup(reference => (From: graph.Root.FolderOf(reference.From), To: graph.Root.FolderOf(reference.To)));
        _neighbours = _references.Select(pair => pair.Key).Where(pair => pair.From != pair.To).Order()
            .ToLookup(pair => pair.From, pair => pair.To);
        Components = StrongComponents.Of(graph.Types.Select(graph.Root.FolderOf).Distinct().Order(), folder => _neighbours[folder]);
    }

    public NamespaceRoot Root { get; }

    /// <summary>Folders that all know each other, perhaps through others; each component knows only itself and those before it.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Components { get; }

    public IEnumerable<IReadOnlyList<string>> Cycles => Components.Where(component => component.Count > 1);

    /// <summary>The folders that a folder refers to.</summary>
    public IEnumerable<string> Of(string folder) => _neighbours[folder];

    public IReadOnlyList<Reference> Between(string from, string to) => [.. _references[(from, to)]];

    /// <summary>How many pairs of types make up the references of one folder to another.</summary>
    public int PairsBetween(string from, string to) =>
        _references[(from, to)].Select(reference => (reference.From, reference.To)).Distinct().Count();
}
