using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>What runners cost that have nothing to do.</summary>
internal sealed class IdleScenario : IScenario
{
    private const int Few = 100;

    public string Name => "idle";

    public string Summary => "10,000 connected runners with heartbeats and nothing else";

    public async Task MeasureAsync(BenchRun run)
    {
        int runners = run.Of(10_000, 5_000, 200);
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        await using PlayedFleet first = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Few, Capacity: 1) { Apart = true });
        await Task.Delay(run.Seconds(20, 5, 1), TimeProvider.System);
        double before = ProcessFigures.Memory(coordinator.Id);

        BenchRun.Say($"Connecting {runners:N0} runners …");
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(runners, Capacity: 1) { First = Few + 1, Apart = true });
        await Task.Delay(run.Seconds(30, 12, 1), TimeProvider.System);
        TimeSpan watched = run.Seconds(40, 20, 1);
        double processor = ProcessFigures.Processor(coordinator.Id);
        await Task.Delay(watched, TimeProvider.System);
        processor = (ProcessFigures.Processor(coordinator.Id) - processor) / watched.TotalSeconds;
        double memory = (ProcessFigures.Memory(coordinator.Id) - before) / runners;

        if ((await coordinator.Fleet.ListRunnersAsync(new() { PageSize = 1_000 })).Runners.FirstOrDefault(r => r.Status != Proto.RunnerStatus.Online) is { } lost)
            throw new BenchException($"Runner {lost.RunnerId} is {lost.Status}, although it only waits.");
        run.Add(new("idle.memory", "Memory for each connected runner", memory / 1_024, "KB", Bar: 45) { Note = $"{runners:N0} runners with a connection each" });
        run.Add(new("idle.processor", "Processor, of one core", processor * 100, "%", Bar: 5));
    }
}
