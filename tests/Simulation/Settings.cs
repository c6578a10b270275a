using Coordinator.Connections;
using Coordinator.Sessions;
using Coordinator.Stops;
using Coordinator.Timelines;
using Microsoft.Extensions.DependencyInjection;

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

    public void Apply(IServiceCollection services) => services
        .Configure<ConnectionOptions>(connections =>
            (connections.HeartbeatInterval, connections.RunnerLostAfter) = (TimeSpan.FromSeconds(1), RunnerLostAfter))
        .Configure<QueueOptions>(queue => queue.DefaultQueueTimeout = TimeSpan.FromSeconds(20))
        .Configure<StopOptions>(stops => stops.DefaultGracePeriod = TimeSpan.FromSeconds(1))
        .Configure<WatchOptions>(watches => watches.WatchHeartbeatInterval = TimeSpan.FromSeconds(5));
}
