namespace Coordinator.Model;

/// <summary>
/// The calls of tools that an agent was not allowed to make, the first <see cref="Max"/>. Immutable; equal if they say the same.
/// </summary>
internal sealed class PermissionDenials(IEnumerable<PermissionDenial> items) : IEquatable<PermissionDenials>
{
    public const int Max = 50;

    private readonly PermissionDenial[] _items = [.. items.Take(Max)];

    public static PermissionDenials None { get; } = new([]);

    public IReadOnlyList<PermissionDenial> Items => _items;

    public PermissionDenials Then(PermissionDenials others) =>
        others._items.Length == 0 ? this : _items.Length == 0 ? others : new PermissionDenials(_items.Concat(others._items));

    public bool Equals(PermissionDenials? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as PermissionDenials);

    public override int GetHashCode() => _items.Length == 0 ? 0 : HashCode.Combine(_items.Length, _items[0]);
}

/// <summary>A call of a tool that the agent was not allowed to make.</summary>
/// <param name="CallId">The agent's id of the call; empty if it gave none.</param>
internal sealed record PermissionDenial(string ToolName, string CallId);
