namespace Coordinator.Runners;

/// <summary>What a connected runner said of itself. Never changes while it is connected.</summary>
internal sealed record RunnerProfile
{
    public required string RunnerId { get; init; }

    public required string BootId { get; init; }

    /// <summary>Names the journal that vouches for what the runner never started; empty if it keeps none.</summary>
    public required string JournalId { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required string ProjectDir { get; init; }

    public required IReadOnlyList<string> Executors { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required int Capacity { get; init; }

    public required string Version { get; init; }

    public required string Containment { get; init; }
}
