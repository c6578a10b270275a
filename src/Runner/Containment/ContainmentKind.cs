namespace Coordinator.AgentRunner.Containment;

/// <summary>What containments are called in the configuration, in logs, and to operators.</summary>
internal static class ContainmentKind
{
    /// <summary>The strongest one that works on this machine.</summary>
    public const string Automatic = "auto";

    public const string Cgroup = "cgroup";
    public const string Supervisor = "supervisor";
    public const string JobObject = "job-object";
    public const string ProcessGroup = "process-group";

    public static IReadOnlyList<string> All { get; } = [Automatic, Cgroup, Supervisor, JobObject, ProcessGroup];
}
