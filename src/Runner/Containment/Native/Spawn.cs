namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>One program to start.</summary>
internal sealed record Spawn
{
    public required string Program { get; init; }

    /// <summary>All of argv, with the program's name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>All of envp, as <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>The child's descriptors 0, 1, 2 and so on; empty passes on 0 to 2 of this process.</summary>
    public IReadOnlyList<FileDescriptor> Descriptors { get; init; } = [];

    /// <summary>Null leaves it where this process is.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Whose it is; null leaves it this process's user's.</summary>
    public Credentials? User { get; init; }
}
