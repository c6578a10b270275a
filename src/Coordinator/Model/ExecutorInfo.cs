namespace Coordinator.Model;

/// <summary>An executor of a runner, and whether it can be started there. Immutable; stored with the runner.</summary>
internal sealed record ExecutorInfo
{
    public required string Name { get; init; }

    public required bool Available { get; init; }

    /// <summary>Why it cannot be started: a sentence; empty if it can.</summary>
    public string UnavailableReason { get; init; } = "";

    /// <summary>What to do about that: a sentence.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>A shell command that installs what is missing; empty if none is known.</summary>
    public string InstallCommand { get; init; } = "";
}
