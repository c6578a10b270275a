namespace Coordinator.AgentRunner.Primitives;

/// <summary>One claim of one run: reports are numbered, kept and acknowledged per claim.</summary>
internal readonly record struct RunKey(string RunId, long Epoch)
{
    public static RunKey Of(Proto.ReportHeader header) => new(header.RunId, header.Epoch);

    /// <summary>A header whose sequence is given when the report is posted.</summary>
    public Proto.ReportHeader NewHeader() => new() { RunId = RunId, Epoch = Epoch };
}
