using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Runs;

/// <summary>What others pay for a long queue that nobody takes anything from, and for a large fleet that has nothing to do.</summary>
internal sealed class QueueScenario : IScenario
{
    private const int Runners = 8;

    /// <summary>What the runs that wait ask for differs, so that they do not all wait for the same.</summary>
    private const int Demands = 100;

    public string Name => "queue";

    public string Summary => "whole runs per second while 9,000 others wait for what 1,000 idle runners do not have";

    public async Task MeasureAsync(BenchRun run)
    {
        int waiting = run.Of(9_000, 3_000, 100);
        int idle = run.Of(1_000, 300, 20);
        TimeSpan warmUp = run.Seconds(10, 3, 0.5);
        TimeSpan duration = run.Seconds(15, 3, 0.5);
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, Runners, Callers.Count);
        BenchRun.Say($"Running as many runs as {Callers.Count} callers can …");
        await Callers.RepeatAsync(warmUp, () => Callers.RunOneAsync(fleet));
        double alone = await Callers.RepeatAsync(duration, () => Callers.RunOneAsync(fleet));

        BenchRun.Say($"The same while {waiting:N0} others wait, and {idle:N0} runners have nothing to do …");
        await using PlayedFleet others = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(idle, Capacity: 1) { First = 1_000 });
        await Parallel.ForAsync(0, waiting, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancellationToken) =>
        {
            Proto.RunDemands demands = new() { Tags = { $"nobody-has-{i % Demands}" } };
            await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true", Demands = demands }, cancellationToken: cancellationToken);
        });
        double beside = await Callers.RepeatAsync(duration, () => Callers.RunOneAsync(fleet));
        run.Add(new("queue.rate", "Whole runs beside a long queue", beside, "/s", Bar: 0.67, Floor: alone)
        {
            IsAtLeast = true,
            Note = $"{waiting:N0} runs wait; the floor is the same without them",
        });
    }
}
