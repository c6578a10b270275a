using Coordinator.Bench.Fleet;
using Coordinator.Bench.Reporting;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>Everything is stopped at once, and somebody wants to stop one thing more meanwhile.</summary>
internal sealed class StormScenario : IScenario
{
    private const int SessionsPerRunner = 10;
    private static readonly TimeSpan BetweenStops = TimeSpan.FromMilliseconds(10);

    public string Name => "storm";

    public string Summary => "10,000 runs on 1,000 runners stopped by one call, and single stops meanwhile";

    public async Task MeasureAsync(BenchRun run)
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        int runners = run.Of(1_000, 500, 20);
        List<double> rates = [];
        List<double> singles = [];
        await using StopArrivals bystanders = await StopArrivals.PrepareAsync(coordinator, number: 1_000_001, sessions: run.Of(1_000, 300, 50));
        for (int round = 0; round < run.Of(3, 1, 1); round++)
        {
            StopCount stops = new(runners * SessionsPerRunner);
            await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(
                coordinator, new FleetPlan(runners, SessionsPerRunner) { First = 1 + (round * runners), Apart = true, Label = $"storm-{round}", Stopping = _ => stops.Add() });
            BenchRun.Say($"Starting {runners * SessionsPerRunner:N0} runs and stopping them …");
            await fleet.FillAsync(runners * SessionsPerRunner);
            long called = TimeProvider.System.GetTimestamp();
            Task storm = coordinator.Sessions.StopSessionsAsync(new() { Filter = new() { Labels = { ["fleet"] = $"storm-{round}" } }, Reason = "bench" }).ResponseAsync;
            singles.AddRange(await bystanders.StopDuringAsync(Task.WhenAll(storm, stops.AllArrived), BetweenStops));
            rates.Add(runners * SessionsPerRunner / TimeProvider.System.GetElapsedTime(called, await stops.AllArrived).TotalSeconds);
            await Ending.AssertAllEndedAsync(coordinator, $"storm-{round}");
        }

        run.Add(new("storm.rate", "Stops of one call delivered", Samples.Median(rates), "/s", Bar: 10_000) { IsAtLeast = true, Note = Samples.Range(rates) });
        run.Add(new("storm.single.p99", "Single stop in the storm, 99th percentile", Samples.Percentile(singles, 0.99), "ms", Bar: 50)
        {
            Note = $"{singles.Count} stops, median {Samples.Median(singles):0.0} ms",
        });
    }

    /// <summary>Counts arrivals up to the last one.</summary>
    private sealed class StopCount(int all)
    {
        private readonly TaskCompletionSource<long> _allArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        /// <summary>Completes with the moment.</summary>
        public Task<long> AllArrived => _allArrived.Task;

        public void Add()
        {
            if (Interlocked.Increment(ref _arrived) == all)
                _allArrived.TrySetResult(TimeProvider.System.GetTimestamp());
        }
    }
}
