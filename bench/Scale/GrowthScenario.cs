using Coordinator.Bench.Fleet;
using Coordinator.Bench.Reporting;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>What a database costs that nobody ever tidied up.</summary>
internal sealed class GrowthScenario : IScenario
{
    private const int PageSize = 50;

    public string Name => "growth";

    public string Summary => "stop, start and ListSessions with 1,000, 100,000 and 1,000,000 sessions stored";

    public async Task MeasureAsync(BenchRun run)
    {
        int[] sizes = run.Of<int[]>([1_000, 100_000, 1_000_000], [1_000, 100_000], [100, 1_000]);
        int trials = run.Of(300, 60, 10);
        using TestFiles files = new();
        CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        List<Figures> all = [];
        int stored = 0;
        string template = await CompleteOneAsync(coordinator);
        foreach (int size in sizes)
        {
            BenchRun.Say($"With {size:N0} sessions …");
            await coordinator.TerminateAsync();
            History.Grow(Directory.GetFiles(files.Root, "coordinator.db", SearchOption.AllDirectories).Single(), template, stored, size);
            stored = size;
            await coordinator.DisposeAsync();
            coordinator = await CoordinatorProcess.StartAsync(coordinator.Again);
            await MeasureAsync(coordinator, size, Math.Min(trials, 30));
            all.Add(await MeasureAsync(coordinator, size + 1, trials));
        }

        await coordinator.DisposeAsync();
        Compare("start", "StartSession to the runner", f => f.Start);
        Compare("stop", "StopSession to the runner", f => f.Stop);
        Compare("list", $"ListSessions, {PageSize} newest", f => f.List);

        void Compare(string name, string words, Func<Figures, double> of) => run.Add(
            new($"growth.{name}", $"{words}, {sizes[^1]:N0} sessions", of(all[^1]), "ms", Bar: 1.5, Floor: of(all[0]))
            {
                Note = $"medians {string.Join(", ", all.Select((f, i) => $"{of(f):0.00} ms with {sizes[i]:N0}"))}",
            });
    }

    private static async Task<string> CompleteOneAsync(CoordinatorProcess coordinator)
    {
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Runners: 1, Capacity: 1) { First = 9_000_000 });
        PlayedSession session = await fleet.StartAsync();
        await session.Runner.WriteAsync(session.Run, "one line", "another line");
        await session.EndAsync();
        await session.Run.Settled;
        return session.SessionId;
    }

    private static async Task<Figures> MeasureAsync(CoordinatorProcess coordinator, int number, int trials)
    {
        List<double> starts = [];
        List<double> stops = [];
        List<double> lists = [];
        await using StopArrivals arrivals = await StopArrivals.PrepareAsync(coordinator, number: 10_000_000 + (2 * number), trials);
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Runners: 1, trials) { First = 10_000_001 + (2 * number), Apart = true });
        for (int i = 0; i < trials; i++)
        {
            long called = TimeProvider.System.GetTimestamp();
            await fleet.StartAsync();
            starts.Add(TimeProvider.System.GetElapsedTime(called).TotalMilliseconds);
            stops.Add(await arrivals.StopOneAsync());
            called = TimeProvider.System.GetTimestamp();
            await coordinator.Sessions.ListSessionsAsync(new() { PageSize = PageSize });
            lists.Add(TimeProvider.System.GetElapsedTime(called).TotalMilliseconds);
        }

        return new Figures(Samples.Median(starts), Samples.Median(stops), Samples.Median(lists));
    }

    /// <summary>Medians in milliseconds.</summary>
    private sealed record Figures(double Start, double Stop, double List);
}
