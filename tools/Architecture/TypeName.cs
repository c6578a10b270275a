namespace Coordinator.Architecture;

/// <summary>A type as the source writes it.</summary>
/// <param name="Assembly">The assembly that defines it; several share the namespaces below <c>Coordinator</c>.</param>
/// <param name="Namespace">Empty for <c>Program</c>.</param>
/// <param name="Name">With the types around it, and without type parameters: <c>Outer.Inner</c>.</param>
internal sealed record TypeName(string Assembly, string Namespace, string Name)
{
    /// <summary>Whether it lies in a namespace or one below it.</summary>
    public bool IsWithin(string @namespace) =>
        Namespace == @namespace || Namespace.StartsWith($"{@namespace}.", StringComparison.Ordinal);
}
