using Coordinator.Connections;
using Microsoft.Extensions.Options;

namespace Coordinator.Runners;

/// <summary>
/// Ends connections that have gone silent: one loop over all of them instead of a timer for each. Three heartbeat intervals
/// after the last sign of life, at the latest, a connection is ended; the runner does the same on its side.
/// </summary>
internal sealed class LivenessMonitor(
    RunnerStreams streams, RunnerRegistration registration, IOptions<ConnectionOptions> options, TimeProvider time) : BackgroundService
{
    private const int MissedHeartbeats = 3;

    /// <summary>How often it is looked within one interval.</summary>
    private const int LooksPerInterval = 10;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await registration.DisconnectOwnAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = options.Value.HeartbeatInterval / LooksPerInterval;
        TimeSpan limit = (options.Value.HeartbeatInterval * MissedHeartbeats) - pause;
        using PeriodicTimer timer = new(pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (RunnerStream stream in streams.All.Where(s => s.Silence >= limit))
                stream.Close(StreamEnd.Silent(stream.RunnerId, stream.Silence));
        }
    }
}
