namespace Coordinator.Architecture;

/// <summary>The namespace below which every namespace is a folder.</summary>
internal sealed record NamespaceRoot(string Name)
{
    /// <summary>The folder of a root namespace itself.</summary>
    public const string Root = "(root)";

    /// <summary>The folder of what has no namespace: <c>Program</c>.</summary>
    public const string Program = "(program)";

    /// <summary>What follows the root, for example <c>Storage.Rows</c>; empty for the root itself, null for what is not below it.</summary>
    public string? Below(TypeName type) =>
        type.Namespace == Name ? ""
        : type.IsWithin(Name) ? type.Namespace[(Name.Length + 1)..]
        : null;

    /// <summary>The topmost folder of a type. A namespace outside of the root, as that of shared source, is a folder of its own.</summary>
    public string FolderOf(TypeName type) => Below(type) switch
    {
        "" => Root,
        { } path => path.Split('.')[0],
        null when type.Namespace.Length == 0 => Program,
        null => type.Namespace,
    };

    /// <summary>A type's name for people: without the root.</summary>
    public string ShortNameOf(TypeName type)
    {
        string path = Below(type) ?? type.Namespace;
        return path.Length == 0 ? type.Name : $"{path}.{type.Name}";
    }

    /// <summary>One line for each pair of types, with all members that make it.</summary>
    public IReadOnlyList<string> Describe(IEnumerable<Reference> references) =>
    [
        .. references
            .GroupBy(reference => (From: ShortNameOf(reference.From), To: ShortNameOf(reference.To)), reference => reference.Member)
            .OrderBy(pair => pair.Key.From, StringComparer.Ordinal).ThenBy(pair => pair.Key.To, StringComparer.Ordinal)
            .Select(pair => Describe(pair.Key.From, pair.Key.To, [.. pair.Distinct().Order(StringComparer.Ordinal)])),
    ];

    private static string Describe(string from, string to, List<string> members)
    {
        string first = members[0].Length == 0 ? from : $"{from}.{members[0]}";
        string others = members.Count == 1 ? "" : $" (also {string.Join(", ", members[1..])})";
        return $"{first} uses {to}{others}";
    }
}
