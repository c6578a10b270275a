namespace Coordinator.Model;

/// <summary>
/// A runner as the database knows it, with the coordinator that holds its connection. It outlives connections and coordinators.
/// </summary>
internal sealed class RegisteredRunner : IVersioned
{
    public required string RunnerId { get; init; }

    /// <summary>Chosen anew by each start of the runner's program.</summary>
    public string BootId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Hostname { get; set; } = "";

    public string ProjectDir { get; set; } = "";

    /// <summary>The names of those that it can start.</summary>
    public string[] Executors { get; private set; } = [];

    /// <summary>All that it has, by name, also those that it cannot start.</summary>
    public ExecutorInfo[] ExecutorInfos { get; private set; } = [];

    public string[] Tags { get; set; } = [];

    public int Capacity { get; set; }

    public string RunnerVersion { get; set; } = "";

    public string Containment { get; set; } = "";

    public Isolation Isolation { get; set; }

    /// <summary>The fencing number of the newest connection.</summary>
    public long Epoch { get; set; }

    public bool Draining { get; set; }

    public string DrainReason { get; set; } = "";

    public string DrainRequestedBy { get; set; } = "";

    /// <summary>Since when it is draining.</summary>
    public DateTimeOffset? DrainTime { get; set; }

    /// <summary>When what is still active on it is stopped; null if that is left to end by itself.</summary>
    public DateTimeOffset? DrainDeadline { get; set; }

    public DateTimeOffset ConnectTime { get; set; }

    /// <summary>When the newest connection ended; null while it stands.</summary>
    public DateTimeOffset? DisconnectTime { get; set; }

    /// <summary>The coordinator that holds, or held, the newest connection; empty for connections from before that was kept.</summary>
    public string CoordinatorId { get; set; } = "";

    /// <summary>Which start of that coordinator it was.</summary>
    public string CoordinatorIncarnation { get; set; } = "";

    public long Version { get; set; }

    public bool IsConnected => DisconnectTime is null && Epoch > 0;

    public void Offer(IReadOnlyList<ExecutorInfo> executors) =>
        (Executors, ExecutorInfos) = ([.. executors.Where(e => e.Available).Select(e => e.Name)], [.. executors]);
}
