using Coordinator.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Tests.Runners;

/// <summary>Runners that are to take nothing more, and those that are to be forgotten.</summary>
public sealed class DrainTests
{
    private const string Id = ScriptedRunner.DefaultId;

    [Fact]
    public async Task Drain_WithDeadline_StopsWhatIsLeftForWhoeverAsked()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        Proto.Runner drained = (await coordinator.Fleet.DrainRunnerAsync(
            new() { RunnerId = Id, Reason = "upgrade", StopAfter = Span(0.2) })).Runner;
        Assert.Equal((true, "upgrade", 1), (drained.Draining, drained.DrainReason, drained.ActiveRuns));
        Assert.Equal(TimeSpan.FromSeconds(0.2), drained.DrainDeadlineTime.ToDateTimeOffset() - drained.DrainTime.ToDateTimeOffset());

        Proto.StopRun stop = await runner.NextStopAsync();
        Assert.Equal((start.RunId, 10), (stop.RunId, stop.GracePeriod.Seconds));
        Proto.StopRecord record = (await coordinator.SessionAsync(session.SessionId)).Stop;
        Assert.Equal($"Runner {Id} (scripted) is drained: its deadline is over.", record.Reason);
        Assert.Equal(drained.DrainRequestedBy, record.RequestedBy);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
        Assert.Equal(0, (await coordinator.RunnerAsync()).ActiveRuns);
    }

    [Fact]
    public async Task Drain_DeadlineOverWhileTheCoordinatorIsDown_IsMetAfterItsRestart()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(before);
        // Later than the coordinator lives: nothing is stopped before it is down.
        Proto.Runner drained = (await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = Id, StopAfter = Span(5) })).Runner;
        await before.CutAsync();
        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        Assert.True(after.Welcome.Draining);
        Assert.Equal(drained.DrainDeadlineTime, (await coordinator.RunnerAsync()).DrainDeadlineTime);

        Assert.Equal(start.RunId, (await after.NextStopAsync()).RunId);
        Assert.True((await coordinator.SessionAsync(session.SessionId)).Stop.RequestedTime >= drained.DrainDeadlineTime);
    }

    [Fact]
    public async Task Undrain_TakesTheDeadlineBack()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = Id, Reason = "upgrade", StopAfter = Span(3_600) });

        Proto.Runner back = (await coordinator.Fleet.UndrainRunnerAsync(new() { RunnerId = Id })).Runner;

        Assert.Equal(
            (false, "", "", null, null), (back.Draining, back.DrainReason, back.DrainRequestedBy, back.DrainTime, back.DrainDeadlineTime));
        await coordinator.StartRunningAsync(runner);
    }

    [Fact]
    public async Task Drain_Repeated_KeepsItsBeginningAndReplacesTheRest()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Runner first = (await coordinator.Fleet.DrainRunnerAsync(
            new() { RunnerId = Id, Reason = "upgrade", StopAfter = Span(3_600) })).Runner;

        Proto.Runner second = (await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = Id, Reason = "no hurry" })).Runner;

        Assert.Equal((first.DrainTime, "no hurry", null), (second.DrainTime, second.DrainReason, second.DrainDeadlineTime));
    }

    [Fact]
    public async Task Drain_ImpossibleDeadline_IsRefused()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = Id, StopAfter = Span(-1) }).ResponseAsync.InvalidAsync("stop_after");
        await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = Id, StopAfter = Span(3_000_000) }).ResponseAsync
            .InvalidAsync("stop_after");
    }

    [Fact]
    public async Task Remove_ConnectedOrWithRuns_IsRefusedAndLaterDone()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:RunnerLostAfter=00:00:02");
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(runner);
        Proto.RemoveRunnerRequest remove = new() { RunnerId = Id };

        await coordinator.Fleet.RemoveRunnerAsync(remove).ResponseAsync.FailsAsync(StatusCode.FailedPrecondition, "RUNNER_ONLINE");
        await runner.CutAsync();
        await coordinator.OfflineAsync();
        RpcException refused = await coordinator.Fleet.RemoveRunnerAsync(remove).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "RUNNER_ACTIVE");
        Assert.Contains("still has 1 active run.", refused.Status.Detail, StringComparison.Ordinal);

        await coordinator.RunWhenAsync(start.RunId, r => r.Failure?.Reason == "RUNNER_LOST");
        await coordinator.Fleet.RemoveRunnerAsync(remove);
        await coordinator.Fleet.GetRunnerAsync(new() { RunnerId = Id }).ResponseAsync.FailsAsync(StatusCode.NotFound, "RUNNER_NOT_FOUND");
        // It is known again when it comes back, and told to end what it has.
        await using ScriptedRunner back = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        Assert.Equal([start.RunId], back.Welcome.ForgetRunIds);
        Assert.Equal(Proto.RunnerStatus.Online, (await coordinator.RunnerAsync()).Status);
    }

    private static Duration Span(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
}
