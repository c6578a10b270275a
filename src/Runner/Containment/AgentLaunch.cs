namespace Coordinator.AgentRunner.Containment;

/// <summary>Everything that is needed to start one agent process.</summary>
internal sealed record AgentLaunch
{
    /// <summary>Names the container and is the cookie in the environment of every process of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Absolute path of the program; resolved and checked by the caller.</summary>
    public required string Program { get; init; }

    /// <summary>Arguments, without the program's own name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment; nothing is inherited besides. The containment adds its cookie.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>An existing directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>A file to read as standard input; null means an empty one.</summary>
    public required string? StandardInputFile { get; init; }

    /// <summary>
    /// Receives the bytes of standard output and standard error as they come. Called from the container's own thread,
    /// in order, never at the same time for one run. The sink may block to slow the agent down; that delays neither
    /// signals nor the notice of the agent's exit.
    /// </summary>
    public required IAgentOutput Output { get; init; }
}
