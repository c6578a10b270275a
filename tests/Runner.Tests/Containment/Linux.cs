using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>The containments that Linux has.</summary>
public static class Linux
{
    public static IReadOnlyList<string> Kinds { get; } = [ContainmentKind.Cgroup, ContainmentKind.Supervisor];

    public static TheoryData<string> Data => [.. Kinds];
}
