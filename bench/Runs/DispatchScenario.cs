using System.Diagnostics;
using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Runs;

/// <summary>Whole runs: started by a caller, given to a runner, reported to run and to have ended, each step on disk before the next.</summary>
internal sealed class DispatchScenario : IScenario
{
    private const int Runners = 8;
    private const int Callers = 64;

    public string Name => "dispatch";

    public string Summary => "whole runs per second, 64 callers";

    public async Task MeasureAsync(BenchRun run)
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, Runners, capacity: Callers);
        BenchRun.Say($"Running as many runs as {Callers} callers can …");
        await RunAsync(fleet, TimeSpan.FromSeconds(run.Quick ? 3 : 10));
        double rate = await RunAsync(fleet, TimeSpan.FromSeconds(run.Quick ? 5 : 30));
        run.Add(new("dispatch.rate", "Whole runs, durable", rate, "/s", Bar: 2_000) { IsAtLeast = true });
    }

    private static async Task<double> RunAsync(PlayedFleet fleet, TimeSpan duration)
    {
        Stopwatch time = Stopwatch.StartNew();
        int[] done = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync()));
        return done.Sum() / time.Elapsed.TotalSeconds;

        async Task<int> CallAsync()
        {
            int runs = 0;
            for (; time.Elapsed < duration; runs++)
            {
                PlayedSession session = await fleet.StartAsync();
                await session.EndAsync();
                await session.Run.Settled;
            }

            return runs;
        }
    }
}
