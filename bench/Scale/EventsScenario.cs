using Coordinator.Bench.Fleet;
using Coordinator.Bench.Reporting;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>Agents that write as much as is taken from them, somebody who reads along, and stops meanwhile.</summary>
internal sealed class EventsScenario : IScenario
{
    private const int Runners = 10;
    private const int Batch = 200;
    private const int UnderWay = 4;
    private static readonly TimeSpan BetweenStops = TimeSpan.FromMilliseconds(50);

    public string Name => "events";

    public string Summary => "100 runs that write all they can, and stops meanwhile";

    public async Task MeasureAsync(BenchRun run)
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        int runs = run.Of(100, 100, 10);
        TimeSpan warmUp = run.Seconds(5, 2, 0.5);
        TimeSpan duration = run.Seconds(20, 5, 1);
        await using StopArrivals bystanders = await StopArrivals.PrepareAsync(coordinator, number: 1_000_001, sessions: run.Of(400, 250, 30));
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Runners, runs) { Apart = true });
        IReadOnlyList<PlayedSession> sessions = await fleet.FillAsync(runs);

        BenchRun.Say($"{runs} runs write all they can for {duration.TotalSeconds:0} s …");
        using CancellationTokenSource over = new();
        Task<long> reader = ReadAsync(coordinator, sessions[0].SessionId, over.Token);
        Task writers = Task.WhenAll(sessions.Select(session => WriteAsync(session, over.Token)));
        await Task.Delay(warmUp, TimeProvider.System);
        long before = Stored(sessions);
        long begun = TimeProvider.System.GetTimestamp();
        List<double> stops = await bystanders.StopDuringAsync(Task.Delay(duration, TimeProvider.System), BetweenStops);
        double rate = (Stored(sessions) - before) / TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        await over.CancelAsync();
        await writers;
        long read = await reader;

        run.Add(new("events.rate", "Events taken in, durable", rate, "/s", Bar: 50_000) { IsAtLeast = true, Note = $"a watcher of one of them read {read:N0}, without a gap" });
        run.Add(new("events.stop.p99", "Stop meanwhile, 99th percentile", Samples.Percentile(stops, 0.99), "ms", Bar: 10)
        {
            Note = $"{stops.Count} stops, median {Samples.Median(stops):0.0} ms",
        });
    }

    private static long Stored(IEnumerable<PlayedSession> sessions) => sessions.Sum(s => Math.Max(0, s.Run.Acknowledged - 1)) * Batch;

    private static async Task WriteAsync(PlayedSession session, CancellationToken over)
    {
        string[] lines = [.. Enumerable.Range(1, Batch).Select(i => $"{i,6} of {Batch}: some line that an agent writes, as long as such lines are")];
        while (!over.IsCancellationRequested)
        {
            await session.Runner.WriteAsync(session.Run, lines);
            await session.Run.RoomAsync(UnderWay);
        }
    }

    /// <returns>How many events it got.</returns>
    /// <exception cref="BenchException">There was a gap.</exception>
    private static async Task<long> ReadAsync(CoordinatorProcess coordinator, string sessionId, CancellationToken over)
    {
        using var call = coordinator.Sessions.WatchSessionEvents(new() { SessionId = sessionId, Follow = true }, cancellationToken: CancellationToken.None);
        long last = 0;
        while (!over.IsCancellationRequested && await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            foreach (Proto.SessionEvent one in call.ResponseStream.Current.Events)
            {
                if (one.Sequence != ++last)
                    throw new BenchException($"After event {last - 1} of {sessionId} came {one.Sequence}.");
            }
        }

        return last;
    }
}
