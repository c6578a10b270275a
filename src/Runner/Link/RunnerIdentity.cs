namespace Coordinator.AgentRunner.Link;

/// <summary>What a runner says of itself. Immutable.</summary>
internal sealed record RunnerIdentity
{
    public required string RunnerId { get; init; }

    /// <summary>New each time the program starts.</summary>
    public required string BootId { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required string ProjectDirectory { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required int Capacity { get; init; }

    public required string Version { get; init; }

    public required string Containment { get; init; }

    public Proto.Isolation Isolation { get; init; } = Proto.Isolation.None;

    public Proto.RunnerHello ToHello() => new()
    {
        RunnerId = RunnerId,
        BootId = BootId,
        Name = Name,
        Hostname = Hostname,
        ProjectDir = ProjectDirectory,
        Tags = { Tags },
        Capacity = Capacity,
        Version = Version,
        Containment = Containment,
        Isolation = Isolation,
    };
}
