namespace Coordinator.Dashboard.Output;

/// <summary>What a row of the output is.</summary>
internal enum RowKind
{
    /// <summary>A line of standard output.</summary>
    Stdout,

    /// <summary>A line of standard error.</summary>
    Stderr,

    /// <summary>A mark where lines were skipped.</summary>
    Skipped,

    /// <summary>Something else that happened meanwhile.</summary>
    Event,
}
