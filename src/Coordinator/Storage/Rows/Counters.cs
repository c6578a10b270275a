using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Rows;

/// <summary>
/// Columns that count what comes in all the time, such as lines of output, and that one alone writes: who holds the connection of the
/// runner. A change of them is none of the row's version, so that a flood of output is no conflict for a stop from elsewhere.
/// </summary>
internal static class Counters
{
    public const string Annotation = "Coordinator:Counter";

    public static void IsCounter(this PropertyBuilder<long> count) => count.HasAnnotation(Annotation, true);
}
