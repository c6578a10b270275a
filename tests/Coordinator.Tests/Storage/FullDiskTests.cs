using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;
using EventChunk = Coordinator.Sessions.EventChunk;

namespace Coordinator.Tests.Storage;

/// <summary>Nothing can be written for a while: what goes on, what is refused, and what comes again.</summary>
public sealed class FullDiskTests
{
    private readonly FullDisk _disk = new();

    [Fact]
    public async Task Full_WritesAreRefusedReadsGoOnAndAfterwardsEverythingDoes()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await using SessionView watcher = new(coordinator);

        _disk.IsFull = true;
        await coordinator.StopAsync(session.SessionId).FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        RpcException refused = await coordinator.Sessions.StartSessionAsync(Calls.Start()).ResponseAsync.FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        Assert.Contains("Free some space", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(Proto.SessionStatus.Running, (await coordinator.SessionAsync(session.SessionId)).Status);
        await watcher.ConvergesAsync();
        using HttpClient web = new();
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await web.GetAsync($"{coordinator.WebUrl}/healthz", TestContext.Current.CancellationToken)).StatusCode);

        _disk.IsFull = false;
        await coordinator.StopAsync(session.SessionId);
        Assert.Equal(start.RunId, (await runner.NextStopAsync()).RunId);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await web.GetAsync($"{coordinator.WebUrl}/healthz", TestContext.Current.CancellationToken)).StatusCode);
        await watcher.ConvergesAsync();
        // Each is worth a line, and no more.
        Assert.Single(coordinator.Log.Records, r => r.EventId.Id == 1003);
        Assert.Single(coordinator.Log.Records, r => r.EventId.Id == 1004);
    }

    [Fact]
    public async Task Full_RunnerStaysConnectedItsReportsAreNotAcknowledgedAndComeAgain()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        Proto.StopRun stop = await runner.NextStopAsync();

        _disk.IsFull = true;
        await runner.ReceivedAsync(stop);
        await runner.OutputAsync(start, "the last line");
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        // A stop that was committed before is told again after a while, which needs no disk either, and heartbeats are answered.
        Assert.Equal(start.RunId, (await runner.NextStopAsync()).RunId);
        int heartbeats = runner.Order.Count(f => f == "Heartbeat");
        await runner.BeatAsync();
        await Eventually.True(() => runner.Order.Count(f => f == "Heartbeat") > heartbeats);
        Assert.Equal(Proto.RunnerStatus.Online, (await coordinator.RunnerAsync()).Status);
        Assert.Equal((false, 0), (runner.Ended.IsCompleted, runner.WaitingAcks));
        Assert.Equal(Proto.RunStatus.Stopping, (await coordinator.RunAsync(start.RunId)).Status);

        _disk.IsFull = false;
        await runner.Ended.WithTimeout();
        Assert.Equal(Proto.DisconnectReason.NotStored, runner.Disconnect?.Reason);
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        again.GoOnAfter(start, sequence: 1);
        await again.OutputAsync(start, "the last line");
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        Assert.Equal(Proto.RunStatus.Stopped, (await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null)).Status);
    }

    [Fact]
    public async Task Full_RunnerThatConnects_IsToldTheStopsThatWereCommittedAndToComeAgain()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(before);
        await coordinator.StartRunningAsync(before);
        await before.CutAsync();
        await coordinator.OfflineAsync();
        await coordinator.StopAsync(session.SessionId);

        _disk.IsFull = true;
        using var call = new Proto.RunnerService.RunnerServiceClient(coordinator.Channel).Connect();
        await call.RequestStream.WriteAsync(new Proto.RunnerFrame { Hello = ScriptedRunner.Holding(start) }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());
        Assert.Equal((start.RunId, start.Epoch), (call.ResponseStream.Current.StopRun.RunId, call.ResponseStream.Current.StopRun.Epoch));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());
        Assert.Equal(Proto.DisconnectReason.NotStored, call.ResponseStream.Current.Disconnect.Reason);
        await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");

        _disk.IsFull = false;
        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        Assert.Equal(start.RunId, (await after.NextStopAsync()).RunId);
    }

    [Fact]
    public async Task Full_WhileAConnectionEnds_ItsEndIsStoredLater()
    {
        await using RunningCoordinator coordinator = await StartAsync("--Coordinator:RunnerLostAfter=00:00:01");
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(runner);

        _disk.IsFull = true;
        await runner.CutAsync();
        await coordinator.OfflineAsync();
        _disk.IsFull = false;

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal("RUNNER_LOST", run.Failure.Reason);
    }

    [Fact]
    public async Task Report_ThatCannotBeStored_IsNotOvertakenByTheNext()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        // What follows the first report is smaller, so to speak: there would be room for it.
        _disk.HasNoRoomFor<EventChunk>(c => System.Text.Encoding.UTF8.GetString(c.Payload).Contains("first", StringComparison.Ordinal));
        await runner.OutputAsync(start, "first");
        await runner.OutputAsync(start, "second");
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        // It is ended as soon as something can be written, which is at once, and then it is told why.
        await runner.Ended.WithTimeout();
        Assert.Equal(Proto.DisconnectReason.NotStored, runner.Disconnect?.Reason);
        Assert.Equal((Proto.RunStatus.Running, 0), ((await coordinator.RunAsync(start.RunId)).Status, runner.WaitingAcks));
        _disk.IsFull = false;

        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        again.GoOnAfter(start, sequence: 1);
        await again.OutputAsync(start, "first");
        await again.OutputAsync(start, "second");
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Completed);
        Proto.ListSessionEventsResponse events = await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = session.SessionId });
        Assert.Equal(["first", "second"], events.Events.Where(e => e.Output is not null).Select(e => e.Output.Text));
    }

    private async Task<RunningCoordinator> StartAsync(params string[] settings)
    {
        RunningCoordinator coordinator = await RunningCoordinator.StartAsync(_disk.AddTo, settings);
        // The health of the coordinator is looked at now and then.
        coordinator.Log.Expect(r => r.EventId.Id == 103 && r.Category.Contains("HealthChecks", StringComparison.Ordinal));
        return coordinator;
    }
}
