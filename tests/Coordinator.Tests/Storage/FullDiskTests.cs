using Coordinator.Connections;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

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
        await using WatcherView watcher = new(coordinator);

        _disk.IsFull = true;
        RpcException refused = await coordinator.Sessions.StartSessionAsync(Calls.Start()).ResponseAsync
            .FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        Assert.Contains("Free some space", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(Proto.SessionStatus.Running, (await coordinator.SessionAsync(session.SessionId)).Status);
        await watcher.ConvergesAsync();
        using HttpClient web = new();
        Assert.Equal(
            System.Net.HttpStatusCode.ServiceUnavailable,
            (await web.GetAsync($"{coordinator.WebUrl}/healthz", TestContext.Current.CancellationToken)).StatusCode);

        _disk.IsFull = false;
        await coordinator.StopAsync(session.SessionId);
        Assert.Equal(start.RunId, (await runner.NextStopAsync()).RunId);
        await Eventually.Get(
            async () => (await web.GetAsync($"{coordinator.WebUrl}/healthz", TestContext.Current.CancellationToken)).StatusCode,
            status => status == System.Net.HttpStatusCode.OK);
        await watcher.ConvergesAsync();
        // Each is worth a line, and no more.
        Assert.Single(coordinator.Log.Records, r => r.EventId.Id == 1003);
        Assert.Single(coordinator.Log.Records, r => r.EventId.Id == 1004);
    }

    [Fact]
    public async Task Full_Stop_IsSentAtOnceAnsweredAsNotDurableAndStoredLater()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        _disk.IsFull = true;
        Proto.StopSessionResponse answer = await coordinator.StopAsync(session.SessionId);

        Assert.Equal(
            (Proto.StopDelivery.SentNotDurable, Proto.SessionStatus.Running, start.RunId, false),
            (answer.Delivery, answer.Status, answer.RunId, answer.AlreadyStopping));
        Proto.StopRun stop = await runner.NextStopAsync();
        Assert.Equal((start.RunId, start.Epoch), (stop.RunId, stop.Epoch));
        Assert.Equal(Proto.RunStatus.Running, (await coordinator.RunAsync(start.RunId)).Status);
        // A command may be lost with its connection: it is told again.
        Assert.Equal(start.RunId, (await runner.NextStopAsync()).RunId);

        DateTimeOffset freed = TimeProvider.System.GetUtcNow();
        _disk.IsFull = false;
        Proto.Run stopping = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopping);
        Assert.True(stopping.Stop.RequestedTime.ToDateTimeOffset() < freed);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        Proto.Run stopped = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, "test"), (stopped.Status, stopped.Stop.Reason));
        Proto.AuditEntry entry = Assert.Single((await StopsOfAsync(coordinator, session)).Entries);
        Assert.Equal(("test", start.RunId), (entry.Reason, entry.RunId));
    }

    [Fact]
    public async Task Full_ProofComesBeforeTheStopIsStored_IsTheStopOfWhoeverAsked()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        _disk.IsFull = true;
        await coordinator.StopAsync(session.SessionId, r => r.Reason = "fills the disk");
        await coordinator.StopAsync(session.SessionId, r => (r.Reason, r.Force) = ("at once", true));
        await runner.NextStopAsync();
        Assert.True((await Eventually.Get(runner.NextStopAsync, stop => stop.Force)).Force);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await RefusedAsync(coordinator);

        _disk.IsFull = false;
        await runner.Ended.WithTimeout();
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Holding(Proto.HeldRunState.Ended, start));
        again.GoOnAfter(start, sequence: 1);
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, "fills the disk", true), (run.Status, run.Stop.Reason, run.Stop.Force));
        await Eventually.Get(
            async () => (await StopsOfAsync(coordinator, session)).Entries.Select(e => e.Reason).Order(),
            reasons => reasons.SequenceEqual(["at once", "fills the disk"]));
    }

    [Fact]
    public async Task Full_RunnerConnectsAnew_IsToldOfTheStopThatIsNotStored()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        _disk.IsFull = true;
        await coordinator.StopAsync(session.SessionId);
        await runner.DisposeAsync();

        using var call = new Proto.RunnerService.RunnerServiceClient(coordinator.Channel).Connect();
        await call.RequestStream.WriteAsync(new Proto.RunnerFrame { Hello = ScriptedRunner.Holding(start) });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        Assert.Equal(start.RunId, call.ResponseStream.Current.StopRun.RunId);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        Assert.Equal(Proto.DisconnectReason.NotStored, call.ResponseStream.Current.Disconnect.Reason);
    }

    [Fact]
    public async Task Full_StopThatCannotBeSentEither_IsRefused()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        Proto.Session waiting = (await coordinator.Sessions.StartSessionAsync(Calls.Start(executor: "nobody-has-this"))).Session;
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (offline, _) = await coordinator.StartRunningAsync(runner);
        await runner.DisposeAsync();
        await coordinator.OfflineAsync();

        _disk.IsFull = true;

        await coordinator.StopAsync(waiting.SessionId).FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        await coordinator.StopAsync(offline.SessionId).FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        Proto.StopSessionsResponse both = await coordinator.Sessions.StopSessionsAsync(
            new() { SessionIds = { waiting.SessionId, offline.SessionId }, Reason = "test" });
        Assert.All(both.Outcomes, outcome => Assert.Equal("STORAGE_FULL", outcome.ErrorReason));
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
        Assert.Equal((false, 0), (runner.Ended.IsCompleted, await runner.WaitingAcksAsync()));
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
        await call.RequestStream.WriteAsync(
            new Proto.RunnerFrame { Hello = ScriptedRunner.Holding(start) }, TestContext.Current.CancellationToken);
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
        _disk.HasNoRoomFor(writes => writes.Events.Any(
            chunk => System.Text.Encoding.UTF8.GetString(chunk.Payload).Contains("first", StringComparison.Ordinal)));
        await runner.OutputAsync(start, "first");
        await runner.OutputAsync(start, "second");
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        // It is ended as soon as something can be written, which is at once, and then it is told why.
        await runner.Ended.WithTimeout();
        Assert.Equal(Proto.DisconnectReason.NotStored, runner.Disconnect?.Reason);
        Assert.Equal((Proto.RunStatus.Running, 0), ((await coordinator.RunAsync(start.RunId)).Status, await runner.WaitingAcksAsync()));
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

    /// <summary>The proof is small, and people wait for it; what an agent wrote before it is stored when there is room.</summary>
    [Fact]
    public async Task Report_ProofOfAStop_IsStoredAlthoughOutputBeforeItCouldNotBe()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        _disk.HasNoRoomFor(writes => writes.State is not null || writes.Events.Any(
            chunk => System.Text.Encoding.UTF8.GetString(chunk.Payload).Contains("too much", StringComparison.Ordinal)));
        await runner.OutputAsync(start, "too much");
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);

        Proto.Run stopped = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal(
            (Proto.RunStatus.Stopped, Proto.StopOutcome.Proved, 0),
            (stopped.Status, stopped.Stop.Outcome, await runner.WaitingAcksAsync()));
        _disk.IsFull = false;
        await runner.Ended.WithTimeout();
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Holding(Proto.HeldRunState.Ended, start));
        again.GoOnAfter(start, sequence: 1);
        await again.OutputAsync(start, "too much");
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await Eventually.Get(again.NextAckAsync, ack => ack.Sequence == 3);
        Assert.Equal(
            ["too much"], (await coordinator.EventsAsync(session.SessionId)).Where(e => e.Output is not null).Select(e => e.Output.Text));
        // What is told again is what is known already, and no end that does not fit.
        Assert.Equal(stopped, await coordinator.RunAsync(start.RunId));
        Assert.DoesNotContain(coordinator.Log.Records, r => r.EventId.Id == 2102);

        // Now that all of it is stored, the same again changes nothing.
        await using ScriptedRunner once = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Holding(Proto.HeldRunState.Ended, start));
        once.GoOnAfter(start, sequence: 2);
        await once.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await once.NextAckAsync();
        Assert.Equal(stopped, await coordinator.RunAsync(start.RunId));
    }

    /// <summary>The runner has obeyed before it started anything, and tells so before the stop could be stored.</summary>
    [Fact]
    public async Task Full_RunThatWasOnlyClaimed_IsStoppedAndNotStartedAgain()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun start = await runner.NextStartAsync();
        _disk.IsFull = true;
        Assert.Equal(Proto.StopDelivery.SentNotDurable, (await coordinator.StopAsync(session.SessionId)).Delivery);
        await runner.NextStopAsync();
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.NeverStarted);
        await RefusedAsync(coordinator);

        _disk.IsFull = false;
        await runner.Ended.WithTimeout();
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Holding(Proto.HeldRunState.Ended, start));
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.NeverStarted);

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, "test"), (run.Status, run.Stop.Reason));
    }

    /// <summary>A report has come, and could not be stored.</summary>
    private static Task RefusedAsync(RunningCoordinator coordinator) => Eventually.True(
        () => coordinator.Services.GetRequiredService<RunnerStreams>().Find(ScriptedRunner.DefaultId) is { Unstored: not null });

    private static async Task<Proto.ListAuditEntriesResponse> StopsOfAsync(RunningCoordinator coordinator, Proto.Session session) =>
        await coordinator.Audit.ListAuditEntriesAsync(new() { SessionId = session.SessionId, Actions = { Proto.AuditAction.Stop } });

    private async Task<RunningCoordinator> StartAsync(params string[] settings)
    {
        RunningCoordinator coordinator = await RunningCoordinator.StartAsync(_disk.AddTo, settings);
        // The health of the coordinator is looked at now and then.
        coordinator.Log.Expect(r => r.EventId.Id == 103 && r.Category.Contains("HealthChecks", StringComparison.Ordinal));
        return coordinator;
    }
}
