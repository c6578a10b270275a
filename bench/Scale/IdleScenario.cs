using Coordinator.Bench.Bare;
using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>What runners cost that have nothing to do.</summary>
internal sealed class IdleScenario : IScenario
{
    private const int Few = 100;

    /// <summary>As often as runners do.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    public string Name => "idle";

    public string Summary => "10,000 connected runners with heartbeats and nothing else";

    public async Task MeasureAsync(BenchRun run)
    {
        int runners = run.Of(10_000, 2_000, 200);
        var (memory, processor) = await MeasureAsync(run, runners);
        var (bareMemory, bareProcessor) = await MeasureBareAsync(run, runners);
        run.Add(new("idle.memory", "Memory for each connected runner", memory / 1_024, "KB", Bar: 45)
        {
            Note = $"{runners:N0} runners with a connection each; as many streams to a bare server that echoes take {bareMemory / 1_024:0.0} KB",
        });
        run.Add(new("idle.processor", "Processor, of one core", processor * 100, "%", Bar: 5) { Note = $"the bare server {bareProcessor * 100:0.0} %" });
    }

    private static async Task<(double Memory, double Processor)> MeasureAsync(BenchRun run, int runners)
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        await using PlayedFleet first = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Few, Capacity: 1) { Apart = true });
        await RestAsync(run);
        double before = ProcessFigures.Memory(coordinator.Id);

        BenchRun.Say($"Connecting {runners:N0} runners …");
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(runners, Capacity: 1) { First = Few + 1, Apart = true });
        var figures = await WatchAsync(run, coordinator.Id, before, runners);
        if ((await coordinator.Fleet.ListRunnersAsync(new() { PageSize = 1_000 })).Runners.FirstOrDefault(r => r.Status != Proto.RunnerStatus.Online) is { } lost)
            throw new BenchException($"Runner {lost.RunnerId} is {lost.Status}, although it only waits.");
        return figures;
    }

    private static async Task<(double Memory, double Processor)> MeasureBareAsync(BenchRun run, int streams)
    {
        using TestFiles files = new();
        var (server, address) = await BareProgram.StartServerAsync(BareKind.Grpc, files.CreateDirectory("server"));
        await using BareProgram _ = server;
        await using BareStreams bare = new(address);
        await bare.OpenAsync(Few, Beat);
        await RestAsync(run);
        double before = ProcessFigures.Memory(server.Id);
        BenchRun.Say($"Opening {streams:N0} bare streams …");
        await bare.OpenAsync(streams, Beat);
        return await WatchAsync(run, server.Id, before, streams);
    }

    private static Task RestAsync(BenchRun run) => Task.Delay(run.Seconds(10, 2, 1), TimeProvider.System);

    private static async Task<(double Memory, double Processor)> WatchAsync(BenchRun run, int process, double before, int streams)
    {
        await Task.Delay(run.Seconds(15, 2, 1), TimeProvider.System);
        TimeSpan watched = run.Seconds(30, 6, 1);
        double processor = ProcessFigures.Processor(process);
        await Task.Delay(watched, TimeProvider.System);
        return ((ProcessFigures.Memory(process) - before) / streams, (ProcessFigures.Processor(process) - processor) / watched.TotalSeconds);
    }
}
