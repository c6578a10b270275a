using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Microsoft.Extensions.Hosting;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Prunes the directories of old runs while the runner lives; the start of the runner does so too.</summary>
internal sealed class DiskCare(RunDirectories directories, RunTable table, RunnerClock clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, clock.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            directories.Prune(table.Holds);
    }
}
