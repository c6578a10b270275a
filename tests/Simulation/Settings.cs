using Coordinator.Hosting;

namespace Coordinator.Simulation;

/// <summary>The sizes of a history: small enough for thousands of them, large enough for everything to meet everything.</summary>
internal sealed record Settings
{
    public int Runners { get; init; } = 2;

    public int Watchers { get; init; } = 2;

    /// <summary>How long things go wrong.</summary>
    public TimeSpan Trouble { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the system then has to come to rest: lost runners must have been given up by then.</summary>
    public TimeSpan Peace { get; init; } = TimeSpan.FromSeconds(18);

    /// <summary>How long a side may take to notice that its connection was cut.</summary>
    public TimeSpan NoticeWithin { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan RunnerLostAfter { get; init; } = TimeSpan.FromSeconds(6);

    public void Apply(CoordinatorOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromSeconds(1);
        options.RunnerLostAfter = RunnerLostAfter;
        options.DefaultQueueTimeout = TimeSpan.FromSeconds(20);
        options.DefaultGracePeriod = TimeSpan.FromSeconds(1);
        options.WatchHeartbeatInterval = TimeSpan.FromSeconds(5);
    }
}
