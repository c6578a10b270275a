using System.Collections.Concurrent;
using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>Very many people watch the same list, and some of their browsers hang.</summary>
internal sealed class FanoutScenario : IScenario
{
    private const int ChangesPerSecond = 200;
    private const int ChangesPerSession = 3;
    private const int Sessions = 500;
    private const int Runners = 10;

    public string Name => "fanout";

    public string Summary => "1,000 watchers, 200 changes a second, one watcher in a hundred stuck";

    public async Task MeasureAsync(BenchRun run)
    {
        int watchers = run.Of(1_000, 1_000, 30);
        int stuck = Math.Max(1, watchers / 100);
        using TestFiles files = new();
        // All of them come from one address, which may have a tenth of all.
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files, new() { ["Coordinator__MaxWatchers"] = "20000" });
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, Runners, Sessions);
        Queue<PlayedSession> sessions = new(await fleet.FillAsync(Sessions));
        ConcurrentDictionary<string, long> ended = [];
        LatencyCount latencies = new();

        BenchRun.Say($"Opening {watchers:N0} watches …");
        List<ListWatcher> all = [];
        await using Disposing disposing = new(all);
        while (all.Count < watchers - stuck)
            all.Add(await ListWatcher.OpenAsync(coordinator, isStuck: false, ended, latencies));
        await ChangeAsync(fleet, sessions, ended, run.Seconds(10, 2, 1));
        TimeSpan watched = run.Seconds(35, 5, 1);
        BenchRun.Say($"Changing {ChangesPerSecond} sessions a second for {watched.TotalSeconds:0} s, and again with {stuck} more watches that read nothing …");
        double before = await ProcessFigures.LowestMemoryAsync(coordinator.Id, ChangeAsync(fleet, sessions, ended, watched));

        while (all.Count < watchers)
            all.Add(await ListWatcher.OpenAsync(coordinator, isStuck: true, ended, latencies));
        ListWatcher.Measures = true;
        double grown = await ProcessFigures.LowestMemoryAsync(coordinator.Id, ChangeAsync(fleet, sessions, ended, watched)) - before;
        ListWatcher.Measures = false;

        await ConvergeAsync(coordinator, all.Where(w => !w.IsStuck));
        double snapshot = all.Max(w => w.SnapshotSize);
        run.Add(new("fanout.p99", "A change reaches a watcher, 99th percentile", latencies.Percentile(0.99), "ms", Bar: 250)
        {
            Note = $"{latencies.Total:N0} arrivals, median {latencies.Percentile(0.5):0} ms",
        });
        run.Add(new("fanout.stuck-memory", "Memory that grew for each stuck watcher", Math.Max(0, grown) / stuck / 1_024, "KB", Bar: 1, Floor: Math.Max(snapshot, 1) / 1_024)
        {
            Note = "the floor is one snapshot; all growth of the process since they came is charged to them",
        });
    }

    /// <summary>Ends sessions and starts others, evenly.</summary>
    private static async Task ChangeAsync(PlayedFleet fleet, Queue<PlayedSession> sessions, ConcurrentDictionary<string, long> ended, TimeSpan duration)
    {
        TimeSpan pause = TimeSpan.FromSeconds((double)ChangesPerSession / ChangesPerSecond);
        long begun = TimeProvider.System.GetTimestamp();
        for (long turn = 1; TimeProvider.System.GetElapsedTime(begun) < duration; turn++)
        {
            PlayedSession session = sessions.Dequeue();
            ended[session.SessionId] = TimeProvider.System.GetTimestamp();
            await session.EndAsync();
            sessions.Enqueue(await fleet.StartAsync());
            TimeSpan ahead = (pause * turn) - TimeProvider.System.GetElapsedTime(begun);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead, TimeProvider.System);
        }
    }

    /// <exception cref="BenchException">A watcher does not know what the database knows.</exception>
    private static async Task ConvergeAsync(CoordinatorProcess coordinator, IEnumerable<ListWatcher> watchers)
    {
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Proto.Session newest = (await coordinator.Sessions.ListSessionsAsync(new() { PageSize = 1_000 })).Sessions.MaxBy(s => s.Revision)!;
        foreach (ListWatcher watcher in watchers)
        {
            if (watcher.Revision < newest.Revision)
                throw new BenchException($"A watcher is at revision {watcher.Revision} and does not come to {newest.Revision}.");
        }
    }

    private sealed class Disposing(List<ListWatcher> watchers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (ListWatcher watcher in watchers)
                await watcher.DisposeAsync();
        }
    }
}
