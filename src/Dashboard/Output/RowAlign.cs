namespace Coordinator.Dashboard.Output;

/// <summary>Where in the view a row is wanted.</summary>
public enum RowAlign
{
    Start,
    Centre,
    End,
}
