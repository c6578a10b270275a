using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>An order of all folders below a namespace: each may know itself and those before it, and <c>Program</c> all.</summary>
internal sealed class Layers(string rootNamespace, params IReadOnlyList<Layer> layers)
{
    private readonly NamespaceRoot _root = new(rootNamespace);
    private readonly IReadOnlyList<(string Folder, string Layer)> _order =
        [.. layers.SelectMany(layer => layer.Folders.Select(folder => (folder, layer.Name)))];

    /// <summary>References to folders that come later, and folders that have no place in the order.</summary>
    public IReadOnlyList<string> Violations(ReferenceGraph graph) => [.. Strangers(graph), .. Upward(graph)];

    private IEnumerable<string> Strangers(ReferenceGraph graph) => graph.Types
        .Where(type => _root.Below(type) is not null && PlaceOf(type) is null)
        .GroupBy(_root.FolderOf)
        .Select(folder => $"{folder.Key} has no layer: {string.Join(", ", folder.Take(3).Select(_root.ShortNameOf))} …");

    private IEnumerable<string> Upward(ReferenceGraph graph) => graph.InnerReferences
        .Select(reference => (Reference: reference, From: PlaceOf(reference.From), To: PlaceOf(reference.To)))
        .Where(reference => reference.From < reference.To)
        .GroupBy(reference => (From: reference.From!.Value, To: reference.To!.Value), reference => reference.Reference)
        .OrderBy(pair => pair.Key)
        .SelectMany(pair => _root.Describe(pair)
            .Select(line => $"  {line}")
            .Prepend($"{NameOf(pair.Key.From)} knows {NameOf(pair.Key.To)}:"));

    /// <summary>The place of the folder with the longest name that holds a type; Program has the last. Null if there is none.</summary>
    private int? PlaceOf(TypeName type)
    {
        if (_root.FolderOf(type) == NamespaceRoot.Program)
            return _order.Count;
        if (_root.Below(type) is not { } path)
            return null;
        return Enumerable.Range(0, _order.Count)
            .Where(place => Holds(_order[place].Folder, path))
            .OrderByDescending(place => _order[place].Folder.Length)
            .Select(place => (int?)place)
            .FirstOrDefault();
    }

    private string NameOf(int place) =>
        place == _order.Count ? NamespaceRoot.Program
        : $"{(_order[place].Folder.Length > 0 ? _order[place].Folder : NamespaceRoot.Root)} ({_order[place].Layer})";

    private static bool Holds(string folder, string path) =>
        path == folder || (folder.Length > 0 && path.StartsWith($"{folder}.", StringComparison.Ordinal));
}
