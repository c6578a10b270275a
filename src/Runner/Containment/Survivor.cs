namespace Coordinator.AgentRunner.Containment;

/// <summary>A run of an earlier life of the runner, of which processes were still alive.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ProcessesEnded">How many were ended.</param>
/// <param name="ProcessesLeft">How many could not be ended yet; 0 is the proof that nothing of the run is left.</param>
internal sealed record Survivor(string RunId, int ProcessesEnded, int ProcessesLeft = 0)
{
    /// <summary>The names of the first of them.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What was found of a run in two ways.</summary>
    public Survivor And(Survivor other) => new(
        RunId, ProcessesEnded + other.ProcessesEnded, Math.Max(ProcessesLeft, other.ProcessesLeft))
    {
        Names = [.. Names, .. other.Names],
    };

    public static Survivor Of(string runId, int seen, int left) => new(runId, Math.Max(0, seen - left), left);
}
