using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Configurations;

/// <summary>
/// How lists of texts are found to have changed. EF Core's own comparison of arrays makes a delegate each time it is
/// called, which was a twentieth of the time of a commit.
/// </summary>
internal static class TextLists
{
    private static readonly ValueComparer<string[]> Comparer = new(
        (a, b) => AreEqual(a, b),
        list => list.Length,
        // They are replaced, never changed in place.
        list => list);

    public static ComplexPropertyBuilder<T> Compare<T>(this ComplexPropertyBuilder<T> owner, Expression<Func<T, string[]>> list)
        where T : notnull
    {
        owner.PrimitiveCollection(list).Metadata.SetValueComparer(Comparer);
        return owner;
    }

    private static bool AreEqual(string[]? one, string[]? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.AsSpan().SequenceEqual(other));
}
