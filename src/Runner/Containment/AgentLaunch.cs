using Coordinator.AgentRunner.Containment.Users;

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

    /// <summary>Whose process the agent is; null for the runner's own user.</summary>
    public AgentUser? User { get; init; }

    /// <summary>
    /// Whether nobody wants the agent any more: a start that still waits for a user gives up then. One that is under way goes on, and is
    /// stopped like any other.
    /// </summary>
    public Func<bool> IsUnwanted { get; init; } = () => false;

    /// <summary>Called once, when nothing of the run is held any more and nothing of it is alive as far as could be seen.</summary>
    public Action? Released { get; init; }

    /// <summary>A file to read as standard input; null means an empty one.</summary>
    public required string? StandardInputFile { get; init; }

    /// <summary>
    /// Receives the bytes of standard output and standard error as they come. Called from the container's own thread,
    /// in order, never at the same time for one run. The sink may block to slow the agent down; that delays neither
    /// signals nor the notice of the agent's exit.
    /// </summary>
    public required IAgentOutput Output { get; init; }
}
