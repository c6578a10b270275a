using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Runners;

/// <summary>What runners can start, what they cannot, and what that means for those who wait; over real connections.</summary>
public sealed class ExecutorTests
{
    private const string Other = "rnr_00000000000000000000000002";

    private const string CannotStart =
        "No matching runner can start the executor 'claude-code'. It is not there. Install it. To install it: npm install -g claude";

    [Fact]
    public async Task Hello_OfARunnerThatTellsNamesAlone_OffersThemAll()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Executors.Add("claude-code");
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, hello);

        Proto.Runner known = await coordinator.RunnerAsync();

        Assert.Equal(["claude-code", "command"], known.Executors);
        Assert.Equal([("claude-code", true), ("command", true)], known.ExecutorInfos.Select(e => (e.Name, e.Available)));
        Assert.True(runner.Welcome.TakesExecutorChanges);
    }

    [Fact]
    public async Task Hello_WithWhatCannotBeStarted_IsShownAndKept()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, Hello(Missing(), Available("command")));

        Proto.Runner online = await coordinator.RunnerAsync();
        await runner.DisposeAsync();
        await coordinator.OfflineAsync();
        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();
        Proto.Runner offline = (await coordinator.Fleet.ListRunnersAsync(new())).Runners.Single();

        Assert.Equal(["command"], online.Executors);
        Assert.Equal([Missing(), Available("command")], online.ExecutorInfos);
        Assert.Equal(online.ExecutorInfos, offline.ExecutorInfos);
    }

    [Fact]
    public async Task Change_ReachesWhoeverWatchesRunners()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, Hello(Missing()));
        using var watch = coordinator.Fleet.WatchRunners(new());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        Assert.Empty(watch.ResponseStream.Current.Snapshot.Runners.Single().Executors);

        await TellAsync(runner, Available("claude-code"));

        do
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        while (watch.ResponseStream.Current.RunnerUpdated?.Executors.Contains("claude-code") != true);
        Assert.Equal([Available("claude-code")], watch.ResponseStream.Current.RunnerUpdated.ExecutorInfos);
    }

    [Fact]
    public async Task Run_WhoseExecutorCannotBeStarted_SaysSo_AndIsGivenOutAsSoonAsItCan()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string waiting = await StartAsync(coordinator);
        Assert.Equal("No connected runner has the executor 'claude-code'.", (await coordinator.RunAsync(waiting)).PendingReason);

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, Hello(Missing(), Available("command")));
        await coordinator.RunWhenAsync(waiting, r => r.PendingReason == CannotStart);
        Assert.Equal(0, await runner.WaitingStartsAsync());

        await TellAsync(runner, Available("claude-code"), Available("command"));

        Assert.Equal(waiting, (await runner.NextStartAsync()).RunId);
    }

    [Fact]
    public async Task Runner_ThatLostAnExecutor_IsGivenNoneOfItsRuns_ButOthersAre()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello hello = Hello(Available("claude-code"), Available("command"));
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, hello);
        await TellAsync(runner, Missing(), Available("command"));
        await Eventually.Get(() => coordinator.RunnerAsync(), r => !r.Executors.Contains("claude-code"));

        string waiting = await StartAsync(coordinator);
        Assert.Equal(CannotStart, (await coordinator.RunAsync(waiting)).PendingReason);
        await coordinator.Sessions.StartSessionAsync(Calls.Start());
        Assert.Equal("command", (await runner.NextStartAsync()).Executor);

        // Another that has it takes what waits, and leaves what it must not take.
        Proto.RunnerHello able = Hello(Available("claude-code"));
        able.RunnerId = Other;
        await using ScriptedRunner other = await ScriptedRunner.ConnectAsync(coordinator, able);
        Assert.Equal(waiting, (await other.NextStartAsync()).RunId);
        Assert.Equal(0, await runner.WaitingStartsAsync());
    }

    [Fact]
    public async Task Run_ThatDemandsARunner_SaysWhatThatOneCannotStart_ThoughOthersCan()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, Hello(Missing()));
        Proto.RunnerHello able = Hello(Available("claude-code"));
        able.RunnerId = Other;
        await using ScriptedRunner other = await ScriptedRunner.ConnectAsync(coordinator, able);
        Proto.StartSessionRequest request = Calls.Start(executor: "claude-code");
        request.Demands = new() { RunnerId = ScriptedRunner.DefaultId };

        string waiting = (await coordinator.Sessions.StartSessionAsync(request)).Run.RunId;

        Assert.Equal(CannotStart, (await coordinator.RunAsync(waiting)).PendingReason);
        await runner.DisposeAsync();
        await coordinator.RunWhenAsync(
            waiting, r => r.PendingReason == $"No connected runner with the executor 'claude-code' has the id {ScriptedRunner.DefaultId}.");
    }

    [Fact]
    public async Task Change_OnAConnectionThatWasReplaced_ChangesNothing()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator, Hello(Missing()));
        await using ScriptedRunner now = await ScriptedRunner.ConnectAsync(coordinator, Hello(Available("command")));

        // Refused by then, or ignored: its connection has ended.
        await TellAsync(before, Available("claude-code")).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await before.Ended.WithTimeout();

        Assert.Equal(["command"], (await coordinator.RunnerAsync()).Executors);
    }

    [Fact]
    public async Task Hello_OutOfBounds_NamesEveryWrongField()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello hello = Hello(
            Available("Upper"),
            Available("same"),
            Available("same"),
            new()
            {
                Name = "long",
                UnavailableReason = new string('x', 513),
                Remedy = "two\nlines",
                InstallCommand = new string('x', 513),
            });

        await ScriptedRunner.ConnectAsync(coordinator, hello).InvalidAsync(
            "hello.executor_infos[0].name",
            "hello.executor_infos[2].name",
            "hello.executor_infos[3].unavailable_reason",
            "hello.executor_infos[3].remedy",
            "hello.executor_infos[3].install_command");

        Proto.ExecutorInfo[] many = [.. Enumerable.Range(1, 65).Select(number => Available($"agent-{number}"))];
        await ScriptedRunner.ConnectAsync(coordinator, Hello(many)).InvalidAsync("hello.executor_infos");
        await using ScriptedRunner fits = await ScriptedRunner.ConnectAsync(coordinator, Hello(many[..64]));
        Assert.Equal(64, (await coordinator.RunnerAsync()).ExecutorInfos.Count);
    }

    [Fact]
    public async Task Change_OutOfBounds_EndsTheConnection()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, Hello(Available("command")));

        await TellAsync(runner, Available("not a name"));

        Status end = await runner.Ended.WithTimeout();
        Assert.Equal(StatusCode.InvalidArgument, end.StatusCode);
        Assert.Contains("executors_changed.executor_infos[0].name", end.Detail, StringComparison.Ordinal);
    }

    private static Proto.RunnerHello Hello(params Proto.ExecutorInfo[] executors)
    {
        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Executors.Clear();
        hello.Executors.AddRange(executors.Where(e => e.Available).Select(e => e.Name));
        hello.ExecutorInfos.AddRange(executors);
        return hello;
    }

    private static Task TellAsync(ScriptedRunner runner, params Proto.ExecutorInfo[] executors) =>
        runner.SendAsync(new Proto.RunnerFrame { ExecutorsChanged = new Proto.ExecutorsChanged { ExecutorInfos = { executors } } });

    private static Proto.ExecutorInfo Available(string name) => new() { Name = name, Available = true };

    private static Proto.ExecutorInfo Missing() => new()
    {
        Name = "claude-code",
        UnavailableReason = "It is not there.",
        Remedy = "Install it.",
        InstallCommand = "npm install -g claude",
    };

    private static async Task<string> StartAsync(RunningCoordinator coordinator) =>
        (await coordinator.Sessions.StartSessionAsync(Calls.Start(executor: "claude-code"))).Run.RunId;
}
