using Coordinator.Tests.Support;

namespace Coordinator.Tests.Dispatch;

/// <summary>Runs that wait for runners, through the real coordinator.</summary>
public sealed class DispatchTests
{
    /// <summary>More than are given out in one commit.</summary>
    private const int Many = 130;

    [Fact]
    public async Task Connect_WhileManyWait_GivesAllOut_TheOldestFirst()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> waiting = await StartAsync(coordinator, Many);

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 500));

        List<string> given = [];
        while (given.Count < Many)
            given.Add((await runner.NextStartAsync()).RunId);
        Assert.Equal(waiting, given);
    }

    [Fact]
    public async Task Connect_WhileManyWait_TellsThoseThatItCannotTake()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> waiting = await StartAsync(coordinator, Many);
        Assert.All(await ReasonsAsync(coordinator, waiting), r => Assert.Equal("No connected runner has the executor 'command'.", r));

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));

        Assert.Equal(waiting[0], (await runner.NextStartAsync()).RunId);
        await coordinator.RunWhenAsync(waiting[^1], r => r.PendingReason == "Every matching runner is busy.");
        Assert.All((await ReasonsAsync(coordinator, waiting)).Skip(1), r => Assert.Equal("Every matching runner is busy.", r));
    }

    [Fact]
    public async Task Leave_TellsThoseThatWaitForIt()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello tagged = ScriptedRunner.Hello("rnr_00000000000000000000000002", capacity: 1);
        tagged.Tags.Add("gpu");
        await using ScriptedRunner other = await ScriptedRunner.ConnectAsync(coordinator);
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, tagged);
        Proto.StartSessionRequest request = Calls.Start();
        request.Demands = new() { Tags = { "gpu" } };
        await coordinator.Sessions.StartSessionAsync(request);
        string waiting = (await coordinator.Sessions.StartSessionAsync(request)).Run.RunId;
        Assert.Equal(["Every matching runner is busy."], await ReasonsAsync(coordinator, [waiting]));

        await runner.DisposeAsync();

        await coordinator.RunWhenAsync(
            waiting, r => r.PendingReason == "No connected runner with the executor 'command' has the tags 'gpu'.");
    }

    [Fact]
    public async Task Drain_TellsThoseThatWaitForIt()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));
        List<string> started = await StartAsync(coordinator, 2);
        await runner.NextStartAsync();

        await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId });

        await coordinator.RunWhenAsync(started[1], r => r.PendingReason == "Every matching runner is draining.");
    }

    /// <summary>Both want the same slot, and ask for it in other words.</summary>
    [Fact]
    public async Task End_GivesItsSlotToTheOldestThatMatches()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));
        await StartAsync(coordinator, 1);
        Proto.StartRun holder = await runner.NextStartAsync();
        await runner.StartedAsync(holder);
        Proto.StartSessionRequest impossible = Calls.Start(), named = Calls.Start();
        impossible.Demands = new() { Hostname = "nowhere" };
        named.Demands = new() { RunnerId = ScriptedRunner.DefaultId };
        await coordinator.Sessions.StartSessionAsync(impossible);
        string older = (await coordinator.Sessions.StartSessionAsync(named)).Run.RunId;
        string younger = (await StartAsync(coordinator, 1)).Single();

        await runner.EndedAsync(holder.RunId, holder.Epoch, Proto.RunOutcome.Exited, 0);

        Proto.StartRun next = await runner.NextStartAsync();
        Assert.Equal(older, next.RunId);
        await runner.StartedAsync(next);
        await runner.EndedAsync(next.RunId, next.Epoch, Proto.RunOutcome.Exited, 0);
        Assert.Equal(younger, (await runner.NextStartAsync()).RunId);
    }

    [Fact]
    public async Task Stop_OfAWaitingRun_LeavesItsPlaceToTheNext()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> waiting = await StartAsync(coordinator, 3);
        await coordinator.StopAsync((await coordinator.RunAsync(waiting[0])).SessionId);

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Assert.Equal(waiting.Skip(1), [(await runner.NextStartAsync()).RunId, (await runner.NextStartAsync()).RunId]);
    }

    [Fact]
    public async Task Restart_OfTheCoordinator_ForgetsNobodyWhoWaits()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> waiting = await StartAsync(coordinator, 2);
        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Assert.Equal(waiting, [(await runner.NextStartAsync()).RunId, (await runner.NextStartAsync()).RunId]);
    }

    private static async Task<List<string>> StartAsync(RunningCoordinator coordinator, int runs)
    {
        List<string> started = [];
        for (int i = 0; i < runs; i++)
            started.Add((await coordinator.Sessions.StartSessionAsync(Calls.Start())).Run.RunId);
        return started;
    }

    private static async Task<List<string>> ReasonsAsync(RunningCoordinator coordinator, IEnumerable<string> runIds)
    {
        List<string> reasons = [];
        foreach (string runId in runIds)
            reasons.Add((await coordinator.RunAsync(runId)).PendingReason);
        return reasons;
    }
}
