using Coordinator.Hosting;
using Microsoft.Extensions.Options;

namespace Coordinator.Runners;

/// <summary>
/// Ends connections that have gone silent: one loop over all of them instead of a timer for each. A connection may miss
/// three heartbeats; the runner allows the coordinator the same.
/// </summary>
internal sealed class LivenessMonitor(
    RunnerStreams streams, RunnerConnections connections, IOptions<CoordinatorOptions> options, TimeProvider time) : BackgroundService
{
    private const int MissedHeartbeats = 3;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await connections.DisconnectAllAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan limit = options.Value.HeartbeatInterval * MissedHeartbeats;
        using PeriodicTimer timer = new(options.Value.HeartbeatInterval / 2, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (RunnerStream stream in streams.All.Where(s => s.Silence > limit))
                stream.Close(StreamEnd.Silent(stream.RunnerId, stream.Silence));
        }
    }
}
