using System.Collections.Concurrent;
using Coordinator.Bench.Bare;
using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>The coordinator is killed under all its runners, right after some stops, and all come back at once.</summary>
internal sealed class ReconnectScenario : IScenario
{
    private const int Stops = 50;

    public string Name => "reconnect";

    public string Summary => "10,000 runners with a run each come back to a coordinator that was killed";

    public async Task MeasureAsync(BenchRun run)
    {
        int runners = run.Of(10_000, 2_000, 100);
        double bare = await MeasureBareAsync(runners);
        using TestFiles files = new();
        CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        IReadOnlyList<PlayedSession> sessions;
        ConcurrentDictionary<string, bool> arrived = [];
        FleetPlan plan = new(runners, Capacity: 2) { Apart = true, Stopping = stop => arrived[stop.RunId] = true };
        await using (coordinator)
        {
            BenchRun.Say($"Connecting {runners:N0} runners and giving each a run …");
            await using PlayedFleet before = await PlayedFleet.ConnectAsync(coordinator, plan with { Stopping = _ => { } });
            sessions = await before.FillAsync(runners);
            foreach (PlayedSession session in sessions)
                await session.Run.RoomAsync(underWay: 0);
            await DropAsync(before);
            foreach (PlayedSession session in sessions.Take(Stops))
                await coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId, Reason = "bench" });
            await coordinator.KillAsync();
        }

        ILookup<string, PlayedRun> held = sessions.ToLookup(s => s.Runner.RunnerId, s => s.Run);
        IReadOnlyList<PlayedRun>[] runs = [.. Enumerable.Range(plan.First, runners).Select(n => held[$"rnr_{n:D26}"].ToList())];
        await using CoordinatorProcess again = await CoordinatorProcess.StartAsync(coordinator.Again);
        BenchRun.Say($"{runners:N0} runners come back …");
        long begun = TimeProvider.System.GetTimestamp();
        await using PlayedFleet after = await PlayedFleet.ConnectAsync(again, plan, runs);
        double all = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;

        await AssertNothingLostAsync(again, sessions, arrived);
        run.Add(new("reconnect.time", "All runners reconciled", all, "s", Bar: 2, Floor: bare) { Note = $"{runners:N0} runners; the floor is as many bare streams" });
    }

    private static async Task DropAsync(PlayedFleet fleet) => await fleet.DisposeAsync();

    /// <returns>Seconds until all bare streams are open.</returns>
    private static async Task<double> MeasureBareAsync(int streams)
    {
        using TestFiles files = new();
        var (server, address) = await BareProgram.StartServerAsync(BareKind.Grpc, files.CreateDirectory("server"));
        await using BareProgram _ = server;
        await using BareStreams bare = new(address);
        await bare.OpenAsync(200);
        BenchRun.Say($"Opening {streams:N0} bare streams …");
        long begun = TimeProvider.System.GetTimestamp();
        await bare.OpenAsync(streams);
        return TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
    }

    /// <exception cref="BenchException">A stop or a run was lost.</exception>
    private static async Task AssertNothingLostAsync(CoordinatorProcess coordinator, IReadOnlyList<PlayedSession> sessions, ConcurrentDictionary<string, bool> arrived)
    {
        foreach (PlayedSession session in sessions.Take(Stops))
        {
            Proto.Run run = await EndOfAsync(coordinator, session.Run.RunId);
            if (run.Status != Proto.RunStatus.Stopped || !arrived.ContainsKey(run.RunId))
                throw new BenchException($"The stop of {run.RunId} was answered before the coordinator was killed, and the run is {run.Status}.");
        }

        foreach (PlayedSession session in sessions.Skip(Stops).Take(200))
        {
            Proto.Run run = (await coordinator.Runs.GetRunAsync(new() { RunId = session.Run.RunId })).Run;
            if (run.Status != Proto.RunStatus.Running)
                throw new BenchException($"{run.RunId} ran all the time, and is {run.Status} {run.Failure?.Reason}.");
        }
    }

    private static async Task<Proto.Run> EndOfAsync(CoordinatorProcess coordinator, string runId)
    {
        Proto.Run run = null!;
        for (int tries = 0; tries < 200; tries++)
        {
            run = (await coordinator.Runs.GetRunAsync(new() { RunId = runId })).Run;
            if (run.EndTime is not null)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return run;
    }
}
