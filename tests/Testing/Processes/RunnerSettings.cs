namespace Coordinator.Testing.Processes;

/// <summary>How a <see cref="RunnerProcess"/> is started.</summary>
public sealed record RunnerSettings
{
    /// <summary>
    /// An existing directory that no other runner works in: its data is below it, and when the runner is disposed,
    /// whatever still works there is ended.
    /// </summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Where the coordinator takes runners.</summary>
    public required Uri Coordinator { get; init; }

    /// <summary>What to start: this runner, or one of another version.</summary>
    public BuiltProgram Program { get; init; } = BuiltProgram.Runner;

    /// <summary>Its name for people.</summary>
    public string Name { get; init; } = "test";

    /// <summary>Whether it has the executor <c>command</c>, which runs the prompt with the shell.</summary>
    public bool WithCommandExecutor { get; init; } = true;

    /// <summary>More configuration, as in <c>Runner__Capacity</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
