namespace Coordinator.Dashboard.Output;

/// <summary>The rows that are in the page.</summary>
/// <param name="First">The first, from 0.</param>
/// <param name="Count">How many.</param>
public readonly record struct RowWindow(long First, int Count)
{
    /// <summary>The one after the last.</summary>
    public long End => First + Count;

    public bool Covers(long first, long end) => First <= first && end <= End;

    /// <summary>Around some rows as far as there are any.</summary>
    public static RowWindow Within(long first, long end, long rows)
    {
        first = Math.Clamp(first, 0, rows);
        return new(first, (int)(Math.Clamp(end, first, rows) - first));
    }
}
