namespace Coordinator.Dashboard.Output;

/// <summary>Where to scroll after the next rendering.</summary>
/// <param name="Row">A row from 0; null for the end.</param>
/// <param name="Align">Where in the view the row is wanted.</param>
internal sealed record ScrollTarget(long? Row, RowAlign Align)
{
    public static ScrollTarget End { get; } = new(null, RowAlign.End);
}
