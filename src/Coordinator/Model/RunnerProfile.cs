namespace Coordinator.Model;

/// <summary>What a connected runner said of itself. Immutable; another takes its place when its executors change.</summary>
internal sealed record RunnerProfile
{
    public required string RunnerId { get; init; }

    public required string BootId { get; init; }

    /// <summary>Names the journal that vouches for what the runner never started; empty if it keeps none.</summary>
    public required string JournalId { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required string ProjectDir { get; init; }

    /// <summary>All that it has, by name, also those that it cannot start.</summary>
    public required IReadOnlyList<ExecutorInfo> Executors { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required int Capacity { get; init; }

    public required string Version { get; init; }

    public required string Containment { get; init; }

    public required Isolation Isolation { get; init; }

    /// <summary>The executor with this name; null if it has none.</summary>
    public ExecutorInfo? Find(string name)
    {
        foreach (ExecutorInfo executor in Executors)
        {
            if (executor.Name == name)
                return executor;
        }

        return null;
    }
}
