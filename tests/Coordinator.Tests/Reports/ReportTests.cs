using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Reports;

/// <summary>What runners report: late, twice, stale, after a restart.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task Report_AfterTheEnd_IsAcknowledgedAndChangesNothing()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(runner);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        Proto.Run before = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Completed);

        await runner.StartedAsync(start);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);

        await Eventually.Get(runner.NextAckAsync, ack => ack.Sequence == 4);
        Assert.Equal(before, await coordinator.RunAsync(start.RunId));
    }

    [Fact]
    public async Task Report_Repeated_IsCountedOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        Proto.RunnerFrame frame = new()
        {
            RunEvents = new Proto.RunEvents
            {
                Header = runner.Header(start.RunId, start.Epoch),
                Events =
                {
                    new Proto.SessionEvent { Output = new Proto.OutputEvent { Stream = Proto.OutputStream.Stdout, Text = "once" } },
                },
            },
        };

        await runner.SendAsync(frame);
        await runner.SendAsync(frame);
        await runner.OutputAsync(start, "twice");
        await Eventually.Get(runner.NextAckAsync, ack => ack.Sequence == 3);

        Assert.Equal(
            ["once", "twice"],
            (await coordinator.EventsAsync(session.SessionId)).Where(e => e.Output is not null).Select(e => e.Output.Text));
    }

    [Fact]
    public async Task Report_WithStaleEpochOrFromAnotherRunner_IsIgnored()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(runner);
        await using ScriptedRunner stranger = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello("rnr_00000000000000000000000002"));

        await stranger.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await stranger.NextAckAsync();
        await runner.EndedAsync(start.RunId, start.Epoch - 1, Proto.RunOutcome.Exited, 0);
        await runner.NextAckAsync();

        Assert.Equal(Proto.RunStatus.Running, (await coordinator.RunAsync(start.RunId)).Status);
    }

    [Fact]
    public async Task End_OfARunThatWasBrokenOutOf_IsFailedAndItsStopUnproved()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.ContainmentBroken, more: end =>
            (end.Error, end.Signal, end.ProcessesEnded) = ("The run was broken out of.", "SIGKILL", 3));

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal(
            (Proto.RunStatus.Failed, "CONTAINMENT_BROKEN", "The run was broken out of."),
            (run.Status, run.Failure.Reason, run.Failure.Message));
        Assert.Equal(
            (Proto.StopOutcome.Unproved, false, null, 3, "SIGKILL"),
            (run.Stop.Outcome, run.Stop.HasProcessesLeft, run.Stop.EndedTime, run.Stop.ProcessesEnded, run.Stop.Signal));
    }

    [Fact]
    public async Task Hello_WithoutAClaimedRun_PutsItBackIntoTheQueueUnderANewEpoch()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun lost = await before.NextStartAsync();
        await before.CutAsync();

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.StartRun again = await after.NextStartAsync();

        Assert.Equal((session.RunId, lost.Epoch + 1), (again.RunId, again.Epoch));
    }

    [Fact]
    public async Task Hello_OfANewLifeWithoutARunningRun_FailsIt()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(before);
        await before.CutAsync();

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(bootId: "boot-2"));

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Failed);
        Assert.Equal("RUNNER_RESTARTED", run.Failure.Reason);
        Assert.Equal(Proto.SessionStatus.Failed, (await coordinator.SessionAsync(session.SessionId)).Status);
    }

    [Fact]
    public async Task Hello_WithARunThatIsOver_IsToldToForgetIt()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Runs.Add(new Proto.HeldRun { RunId = "run_unknown", Epoch = 1, State = Proto.HeldRunState.Running });

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, hello);

        Assert.Equal(["run_unknown"], runner.Welcome.ForgetRunIds);
    }

    [Fact]
    public async Task Connect_SameRunnerAgain_EndsTheOlderConnection()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner older = await ScriptedRunner.ConnectAsync(coordinator);
        await using ScriptedRunner newer = await ScriptedRunner.ConnectAsync(coordinator);

        Status end = await older.Ended.WithTimeout();

        Assert.Equal(StatusCode.Aborted, end.StatusCode);
        Assert.Equal(Proto.DisconnectReason.Superseded, older.Disconnect?.Reason);
        Assert.Equal(older.Welcome.Epoch + 1, newer.Welcome.Epoch);
        Assert.Equal(
            Proto.RunnerStatus.Online,
            (await coordinator.Fleet.GetRunnerAsync(new Proto.GetRunnerRequest { RunnerId = ScriptedRunner.DefaultId })).Runner.Status);
    }

    [Fact]
    public async Task Connect_SilentRunner_IsEndedAfterThreeHeartbeats()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:HeartbeatInterval=00:00:00.2");
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Assert.Equal(StatusCode.Unavailable, (await runner.Ended.WithTimeout()).StatusCode);
        Assert.Equal(Proto.DisconnectReason.HeartbeatTimeout, runner.Disconnect?.Reason);
    }

    [Theory]
    [InlineData(Proto.HeldRunState.Running)]
    [InlineData(Proto.HeldRunState.Ended)]
    public async Task Connect_LostRunner_FailsItsRunsAfterRunnerLostAfter(Proto.HeldRunState state)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:RunnerLostAfter=00:00:01");
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(start.SessionId);
        await runner.CutAsync();

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Failed);
        Assert.Equal(("RUNNER_LOST", Proto.StopOutcome.Unproved), (run.Failure.Reason, run.Stop.Outcome));
        Assert.Null(run.Stop.EndedTime);

        // Coming back, it is told to end what it still has, and to let go of it.
        await using ScriptedRunner back = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(state, start));
        Assert.Equal([start.RunId], back.Welcome.ForgetRunIds);
    }

    [Fact]
    public async Task Report_WithoutHeader_EndsTheConnectionAndSaysWhy()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        await runner.SendAsync(new Proto.RunnerFrame { RunEnded = new Proto.RunEnded() });

        Assert.Equal(StatusCode.InvalidArgument, (await runner.Ended.WithTimeout()).StatusCode);
    }

    [Fact]
    public async Task Connect_WithoutHelloOrWithABadOne_IsRefusedNamingEveryField()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello bad = ScriptedRunner.Hello();
        (bad.RunnerId, bad.Capacity, bad.Name) = ("", 0, "a\nb");

        await ScriptedRunner.ConnectAsync(coordinator, bad).InvalidAsync("hello.runner_id", "hello.name", "hello.capacity");
        using var silent = new Proto.RunnerService.RunnerServiceClient(coordinator.Channel).Connect();
        await silent.RequestStream.WriteAsync(new Proto.RunnerFrame { Heartbeat = new Proto.RunnerHeartbeat() });
        await silent.ResponseStream.MoveNext().InvalidAsync("hello");
    }

    [Fact]
    public async Task Report_WithImpossibleValues_IsTakenInWithoutThem()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await runner.SendAsync(new Proto.RunnerFrame
        {
            RunEvents = new Proto.RunEvents
            {
                Header = runner.Header(start.RunId, start.Epoch),
                Events =
                {
                    new Proto.SessionEvent(),
                    new Proto.SessionEvent { Time = new() { Seconds = long.MaxValue, Nanos = -1 }, Output = new() { Text = "kept" } },
                },
            },
        });
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0, e =>
        {
            e.Time = new() { Seconds = long.MinValue };
            e.Clock =
                new() { Offset = new() { Seconds = long.MaxValue, Nanos = int.MinValue }, Uncertainty = new() { Seconds = long.MinValue } };
            e.ProcessesEnded = -5;
            e.ResultText = new string('x', 2_000_000);
        });

        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Completed);
        Proto.SessionEvent kept = Assert.Single(await coordinator.EventsAsync(session.SessionId), e => e.Output is not null);
        Assert.Equal("kept", kept.Output.Text);
        Assert.Equal(
            1_048_576, (await coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).ResultText.Length);
    }
}
