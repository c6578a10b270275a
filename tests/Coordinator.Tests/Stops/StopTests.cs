using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Tests.Stops;

/// <summary>Stops that come early, late, twice and in a race, over real connections and a real database.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Stop_RunningRun_IsPushedAndEndsWithProof()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        Proto.StopSessionResponse answer = await coordinator.StopAsync(
            session.SessionId, s => s.GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)));

        Assert.Equal(Proto.SessionStatus.Stopping, answer.Status);
        Assert.Equal(Proto.StopDelivery.Sent, answer.Delivery);
        Assert.False(answer.AlreadyStopping);
        Proto.StopRun stop = await runner.NextStopAsync();
        Assert.Equal((start.RunId, start.Epoch, 3, false), (stop.RunId, stop.Epoch, stop.GracePeriod.Seconds, stop.Force));
        Assert.Equal(Proto.SessionStatus.Stopping, (await coordinator.SessionAsync(session.SessionId)).Status);

        await runner.ReceivedAsync(stop);
        await runner.ProgressAsync(stop, Proto.StopPhase.Signalled);
        await runner.ProgressAsync(stop, Proto.StopPhase.Killed);
        await runner.EndedAsync(
            start.RunId,
            start.Epoch,
            Proto.RunOutcome.Stopped,
            more: e => (e.Signal, e.Escalated, e.ProcessesEnded) = ("SIGKILL", true, 4));

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
        Proto.StopRecord record = run.Stop;
        Assert.Equal(
            ("SIGKILL", true, 4, 0, true),
            (record.Signal, record.Escalated, record.ProcessesEnded, record.ProcessesLeft, record.HasProcessesLeft));
        Assert.Equal(Proto.StopOutcome.Proved, record.Outcome);
        Timestamp[] times =
            [record.RequestedTime, record.SentTime, record.ReceivedTime, record.SignalledTime, record.KilledTime, record.EndedTime];
        Assert.All(times, Assert.NotNull);
        Assert.Equal(times.Order(), times);
        Assert.Equal(Proto.SessionStatus.Stopped, (await coordinator.SessionAsync(session.SessionId)).Status);
    }

    [Fact]
    public async Task Stop_PendingRun_IsStoppedAtOnceAndNeverGivenToARunner()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;

        Proto.StopSessionResponse answer = await coordinator.StopAsync(session.SessionId);

        Assert.Equal((Proto.SessionStatus.Stopped, Proto.StopDelivery.NotStarted), (answer.Status, answer.Delivery));
        Proto.Run run = await coordinator.RunAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.NeverStarted, 0), (run.Status, run.Stop.Outcome, run.Stop.ProcessesLeft));
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        // Another run passes: the stopped one would have come first.
        Proto.Session next = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Assert.Equal(next.RunId, (await runner.NextStartAsync()).RunId);
        Assert.Equal(0, await runner.WaitingStartsAsync());
    }

    [Fact]
    public async Task Stop_TwoHundredAtOnce_GiveOneCommandAndEqualAnswers()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        Proto.StopSessionResponse[] answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => coordinator.StopAsync(session.SessionId)));

        Assert.Single(answers, a => !a.AlreadyStopping);
        Assert.Single(answers.Select(a => (a.SessionId, a.RunId, a.Status, a.Delivery)).Distinct());
        Proto.StopRun stop = await runner.NextStopAsync();
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
        Assert.Equal(0, await runner.WaitingStopsAsync());
        Assert.Equal(start.RunId, stop.RunId);
    }

    [Fact]
    public async Task Stop_SecondWithForceOrShorterGrace_EscalatesAndLongerDoesNot()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, _) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId, s => s.GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)));
        await runner.NextStopAsync();

        Assert.True((await coordinator.StopAsync(
            session.SessionId, s => s.GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)))).AlreadyStopping);
        await coordinator.StopAsync(session.SessionId, s => s.GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)));
        Assert.Equal(1, (await runner.NextStopAsync()).GracePeriod.Seconds);
        await coordinator.StopAsync(session.SessionId, s => s.Force = true);
        Assert.True((await runner.NextStopAsync()).Force);

        Proto.StopRecord record = (await coordinator.SessionAsync(session.SessionId)).Stop;
        Assert.Equal((1L, true), (record.GracePeriod.Seconds, record.Force));
        Assert.Equal(0, await runner.WaitingStopsAsync());
    }

    [Fact]
    public async Task Stop_RunnerOffline_IsQueuedAndDeliveredOnReconnect()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(before);
        await before.CutAsync();
        await Eventually.Get(
            async () =>
                (await coordinator.Fleet.GetRunnerAsync(new Proto.GetRunnerRequest { RunnerId = ScriptedRunner.DefaultId })).Runner.Status,
            status => status == Proto.RunnerStatus.Offline);

        Proto.StopSessionResponse answer = await coordinator.StopAsync(session.SessionId);
        Assert.Equal((Proto.SessionStatus.Stopping, Proto.StopDelivery.QueuedRunnerOffline), (answer.Status, answer.Delivery));

        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Runs.Add(new Proto.HeldRun { RunId = start.RunId, Epoch = start.Epoch, State = Proto.HeldRunState.Running });
        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, hello);
        Assert.Equal(start.RunId, (await after.NextStopAsync()).RunId);
        Assert.Equal("Welcome", after.Order[0]);
    }

    [Fact]
    public async Task Stop_CoordinatorRestartsBeforeItArrives_IsStillDelivered()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(before);
        await before.CutAsync();
        await coordinator.StopAsync(session.SessionId);

        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Runs.Add(new Proto.HeldRun { RunId = start.RunId, Epoch = start.Epoch, State = Proto.HeldRunState.Running });
        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, hello);
        Assert.Equal(start.RunId, (await after.NextStopAsync()).RunId);
    }

    [Theory]
    [InlineData(0, Proto.RunStatus.Completed)]
    [InlineData(3, Proto.RunStatus.Failed)]
    public async Task Stop_AgentHadEndedByItself_IsTooLate(int exitCode, Proto.RunStatus expected)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, exitCode);

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((expected, Proto.StopOutcome.TooLate, exitCode), (run.Status, run.Stop.Outcome, run.ExitCode));
    }

    [Fact]
    public async Task Stop_OvertakesStart_IsStoppedWithoutEverStarting()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun start = await runner.NextStartAsync();

        Proto.StopSessionResponse answer = await coordinator.StopAsync(session.SessionId);
        Assert.Equal(Proto.SessionStatus.Stopping, answer.Status);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.NeverStarted);

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
        Assert.Equal((Proto.StopOutcome.NeverStarted, null, 0), (run.Stop.Outcome, run.StartTime, run.Stop.ProcessesLeft));
    }

    [Fact]
    public async Task Ended_WithProcessesLeft_IsNoProof()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        Proto.StopRun stop = await runner.NextStopAsync();

        await runner.SendAsync(new Proto.RunnerFrame
        {
            StopProgress = new Proto.StopProgress
            {
                Header = runner.Header(stop.RunId, stop.Epoch),
                Phase = Proto.StopPhase.Stuck,
                ProcessesLeft = 2,
                Detail = "4711 (dd, uninterruptible)",
            },
        });
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped, more: e => e.ProcessesLeft = 2);

        await runner.NextAckAsync();
        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Stop.HasProcessesLeft);
        Assert.Equal((Proto.RunStatus.Stopping, 2, "4711 (dd, uninterruptible)"), (run.Status, run.Stop.ProcessesLeft, run.Stop.Detail));
    }

    [Fact]
    public async Task StopSessions_ByFilterWithValidateOnly_ChangesNothingAndTellsExactlyWhatAStopWouldDo()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));
        var (running, start) = await coordinator.StartRunningAsync(runner);
        Proto.Session pending = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StopSessionsRequest request = new() { Filter = new Proto.SessionFilter { AgentName = "tester" }, ValidateOnly = true };

        Proto.StopSessionsResponse dry = await coordinator.Sessions.StopSessionsAsync(request);
        Assert.Equal(Proto.SessionStatus.Running, (await coordinator.SessionAsync(running.SessionId)).Status);
        Assert.Equal(0, await runner.WaitingStopsAsync());
        request.ValidateOnly = false;
        Proto.StopSessionsResponse wet = await coordinator.Sessions.StopSessionsAsync(request);

        Assert.Equal(dry.Outcomes, wet.Outcomes);
        Assert.Equal(
            [(running.SessionId, Proto.StopDelivery.Sent), (pending.SessionId, Proto.StopDelivery.NotStarted)],
            wet.Outcomes.Select(o => (o.SessionId, o.Delivery)));
        Assert.Equal(start.RunId, (await runner.NextStopAsync()).RunId);
    }

    [Fact]
    public async Task StopSessions_ByIds_GivesEachItsOwnOutcome()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session pending = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.Session stopped = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await coordinator.StopAsync(stopped.SessionId);

        Proto.StopSessionsResponse answer = await coordinator.Sessions.StopSessionsAsync(
            new Proto.StopSessionsRequest { SessionIds = { pending.SessionId, stopped.SessionId, "ses_unknown" } });

        Assert.Equal(["", "SESSION_NOT_RUNNING", "SESSION_NOT_FOUND"], answer.Outcomes.Select(o => o.ErrorReason));
    }

    [Fact]
    public async Task StopSession_WithChildren_StopsEveryActiveDescendant()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        async Task<Proto.Session> StartAsync(string parent)
        {
            Proto.StartSessionRequest request = Calls.Start();
            request.ParentSessionId = parent;
            return (await coordinator.Sessions.StartSessionAsync(request)).Session;
        }

        Proto.Session root = await StartAsync("");
        Proto.Session child = await StartAsync(root.SessionId);
        Proto.Session grandchild = await StartAsync(child.SessionId);
        Proto.Session other = await StartAsync("");
        await coordinator.StopAsync(root.SessionId);

        // The root itself has ended; its descendants are what is left to stop.
        Proto.StopSessionResponse answer = await coordinator.StopAsync(root.SessionId, s => s.IncludeChildren = true);

        Assert.Equal(Proto.StopDelivery.Unspecified, answer.Delivery);
        Assert.Equal([child.SessionId, grandchild.SessionId], answer.Children.Select(c => c.SessionId));
        Assert.Equal(Proto.SessionStatus.Pending, (await coordinator.SessionAsync(other.SessionId)).Status);
        await coordinator.StopAsync(root.SessionId, s => s.IncludeChildren = true)
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_NOT_RUNNING");
    }

    [Fact]
    public async Task StopRun_OlderRunOfAnActiveSession_IsRefusedAndLeavesTheNewestAlone()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, first) = await coordinator.StartRunningAsync(runner);
        await runner.EndedAsync(first.RunId, first.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(first.RunId, r => r.Status == Proto.RunStatus.Completed);
        Proto.Run second = (await coordinator.Sessions.ResumeSessionAsync(
            new Proto.ResumeSessionRequest { SessionId = session.SessionId, Prompt = "more" })).Run;
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.StartedAsync(start);

        await coordinator.Runs.StopRunAsync(new Proto.StopRunRequest { RunId = first.RunId }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_NOT_RUNNING");
        // A stop of the session reaches its newest run.
        Assert.Equal(second.RunId, (await coordinator.StopAsync(session.SessionId)).RunId);
        Assert.Equal(second.RunId, (await runner.NextStopAsync()).RunId);
    }
}
