namespace Coordinator.Architecture;

/// <summary>Tarjan's algorithm: groups nodes that reach each other, and yields a group after all that it reaches.</summary>
internal sealed class StrongComponents
{
    private readonly Func<string, IEnumerable<string>> _neighbours;
    private readonly Dictionary<string, int> _lowest = [];
    private readonly Stack<string> _open = new();
    private readonly List<IReadOnlyList<string>> _found = [];

    private StrongComponents(Func<string, IEnumerable<string>> neighbours) => _neighbours = neighbours;

    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<string> nodes, Func<string, IEnumerable<string>> neighbours)
    {
        StrongComponents search = new(neighbours);
        foreach (string node in nodes)
        {
            if (!search._lowest.ContainsKey(node))
                search.Visit(node);
        }

        return search._found;
    }

    private void Visit(string node)
    {
        int number = _lowest.Count;
        _lowest[node] = number;
        _open.Push(node);
        foreach (string neighbour in _neighbours(node))
        {
            if (!_lowest.ContainsKey(neighbour))
                Visit(neighbour);
            // A closed node's number is the highest: it lowers nothing.
            _lowest[node] = Math.Min(_lowest[node], _lowest[neighbour]);
        }

        if (_lowest[node] != number)
            return;
        List<string> component = [];
        string member;
        do
        {
            member = _open.Pop();
            _lowest[member] = int.MaxValue;
            component.Add(member);
        }
        while (member != node);
        component.Sort(StringComparer.Ordinal);
        _found.Add(component);
    }
}
