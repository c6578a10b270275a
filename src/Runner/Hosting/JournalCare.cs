using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Hosting;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Keeps the journal short, and writes it as soon as there is room again on a disk that was full.</summary>
internal sealed class JournalCare(RunJournal journal, RunnerClock clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, clock.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            journal.Care();
    }
}
