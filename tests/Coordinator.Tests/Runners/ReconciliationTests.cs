using Coordinator.Connections;
using Coordinator.Runners;
using Coordinator.Storage;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Tests.Runners;

/// <summary>What becomes of runs that a runner was given and does not hold.</summary>
public sealed class ReconciliationTests
{
    [Fact]
    public async Task Hello_OfALaterLifeWithTheSameJournal_PutsAnUnstartedRunBackOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        var (session, lost) = await ClaimedAsync(coordinator, "boot-1", "journal-1");

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello(bootId: "boot-2", journalId: "journal-1"));
        Proto.StartRun again = await after.NextStartAsync();
        await after.BeatAsync();
        await after.BeatAsync();

        Assert.Equal((session.RunId, lost.Epoch + 1), (again.RunId, again.Epoch));
        await after.StartedAsync(again);
        await after.NextAckAsync();
        Proto.Run run = await coordinator.RunAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Running, again.Epoch, 0), (run.Status, run.Epoch, await after.WaitingStartsAsync()));
    }

    [Theory]
    [InlineData("journal-1", "journal-2")]
    [InlineData("journal-1", "")]
    [InlineData("", "journal-1")]
    [InlineData("", "")]
    public async Task Hello_OfALaterLifeWithoutThatJournal_FailsAnUnstartedRun(string before, string after)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        var (session, _) = await ClaimedAsync(coordinator, "boot-1", before);

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello(bootId: "boot-2", journalId: after));

        Proto.Run run = await coordinator.RunWhenAsync(session.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Failed, "RUNNER_RESTARTED"), (run.Status, run.Failure.Reason));
        Assert.Equal(0, await runner.WaitingStartsAsync());
    }

    [Fact]
    public async Task Hello_OfALaterLifeWithTheSameJournal_FailsARunThatHadStarted()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(journalId: "journal-1"));
        var (session, _) = await coordinator.StartRunningAsync(before);
        await before.CutAsync();

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello(bootId: "boot-2", journalId: "journal-1"));

        Proto.Run run = await coordinator.RunWhenAsync(session.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Failed, "RUNNER_RESTARTED"), (run.Status, run.Failure.Reason));
    }

    [Fact]
    public async Task Hello_OfALaterLifeWithTheSameJournal_StopsAnUnstartedRunThatWasToBeStopped()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        var (session, _) = await ClaimedAsync(coordinator, "boot-1", "journal-1");
        await coordinator.StopAsync(session.SessionId);

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello(bootId: "boot-2", journalId: "journal-1"));

        Proto.Run run = await coordinator.RunWhenAsync(session.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.NeverStarted, 0), (run.Status, run.Stop.Outcome, run.Stop.ProcessesLeft));
        Assert.Equal((0, 0), (await after.WaitingStartsAsync(), await after.WaitingStopsAsync()));
    }

    [Fact]
    public async Task Run_GivenToARunnerThatLeaves_GoesToAnotherOneOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner leaving = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun refused = await leaving.NextStartAsync();
        await leaving.SendAsync(new Proto.RunnerFrame { Heartbeat = new Proto.RunnerHeartbeat { Time = new(), Leaving = true } });
        await leaving.EndedAsync(refused.RunId, refused.Epoch, Proto.RunOutcome.NeverStarted);
        await leaving.NextAckAsync();
        Proto.Run waiting = await coordinator.RunAsync(session.RunId);

        await using ScriptedRunner other = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello("rnr_00000000000000000000000002"));
        Proto.StartRun again = await other.NextStartAsync();
        await leaving.SendAsync(new Proto.RunnerFrame
        {
            RunEnded = new Proto.RunEnded
            {
                Header = new() { RunId = refused.RunId, Epoch = refused.Epoch, Sequence = 1 },
                Outcome = Proto.RunOutcome.NeverStarted,
                Time = new(),
            },
        });
        await leaving.NextAckAsync();
        await other.StartedAsync(again);
        await other.NextAckAsync();

        Assert.Equal((Proto.RunStatus.Pending, ""), (waiting.Status, waiting.RunnerId));
        Proto.Run run = await coordinator.RunAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Running, refused.Epoch + 1, other.RunnerId), (run.Status, run.Epoch, run.RunnerId));
        Assert.Equal(0, await leaving.WaitingStartsAsync() + await other.WaitingStartsAsync());
    }

    /// <summary>What is left of it may be stored nowhere else; nothing is taken in of any other claim, and what lives is ended.</summary>
    [Theory]
    [InlineData(Proto.HeldRunState.Ended, 0, false)]
    [InlineData(Proto.HeldRunState.Ended, -1, true)]
    [InlineData(Proto.HeldRunState.Running, 0, true)]
    [InlineData(Proto.HeldRunState.Stopping, 0, true)]
    public async Task Hello_HoldingARunThatIsOver_ForgetsItUnlessItEndedThereUnderThatClaim(
        Proto.HeldRunState state, long epoch, bool forgets)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator);
        var (_, start) = await coordinator.StartRunningAsync(before);
        await before.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        await before.CutAsync();
        start.Epoch += epoch;

        await using ScriptedRunner after = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(state, start));
        await using ScriptedRunner stranger = await ScriptedRunner.ConnectAsync(coordinator, Hello(start));

        Assert.Equal(forgets, after.Welcome.ForgetRunIds.Contains(start.RunId));
        Assert.Contains(start.RunId, stranger.Welcome.ForgetRunIds);

        static Proto.RunnerHello Hello(Proto.StartRun start)
        {
            Proto.RunnerHello hello = ScriptedRunner.Hello("rnr_00000000000000000000000002");
            hello.Runs.AddRange(ScriptedRunner.Holding(Proto.HeldRunState.Ended, start).Runs);
            return hello;
        }
    }

    [Fact]
    public async Task Hello_ThatWasLateOnItsWay_SettlesNothing()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner newest = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun start = await newest.NextStartAsync();
        // The runner has started the run, which nobody knows yet, when a hello from before arrives. Nobody answers there.
        await using ScriptedRunner late = await ScriptedRunner.ConnectAsync(coordinator, answers: false);
        await newest.Ended.WithTimeout();
        Proto.Run meanwhile = await coordinator.RunAsync(session.RunId);

        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Holding(start));
        await again.StartedAsync(start);
        await again.NextAckAsync();

        Assert.Equal((Proto.RunStatus.Claimed, start.Epoch), (meanwhile.Status, meanwhile.Epoch));
        Proto.Run run = await coordinator.RunAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Running, start.Epoch), (run.Status, run.Epoch));
        Assert.Equal(0, await late.WaitingStartsAsync() + await again.WaitingStartsAsync());
    }

    [Fact]
    public async Task Hello_AnsweredTwiceOverTwoConnections_PutsTheRunBackOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        var (session, lost) = await ClaimedAsync(coordinator, "boot-1", "journal-1");
        // The second connection is made before the first has answered, so both lack the run.
        await using ScriptedRunner first = await ScriptedRunner.ConnectAsync(coordinator, answers: false);
        await using ScriptedRunner second = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.StartRun again = await second.NextStartAsync();
        Assert.Equal((session.RunId, lost.Epoch + 1), (again.RunId, again.Epoch));
        await second.StartedAsync(again);
        await second.NextAckAsync();
        Assert.Equal(again.Epoch, (await coordinator.RunAsync(session.RunId)).Epoch);
    }

    [Fact]
    public async Task LostRunners_TimeInWhichTheCoordinatorWasFrozen_DoesNotCount()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, _) = await coordinator.StartRunningAsync(runner);
        await runner.CutAsync();
        var contexts = coordinator.Services.GetRequiredService<IDbContextFactory<CoordinatorDbContext>>();
        await Eventually.Get<DateTimeOffset?>(async () => await DisconnectTimeAsync(contexts), disconnected => disconnected is not null);
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        LostRunners deadline = new(
            contexts,
            coordinator.Services.GetRequiredService<Ledger>(),
            Options.Create(new ConnectionOptions { RunnerLostAfter = TimeSpan.FromMinutes(1) }),
            time);

        await deadline.MeetAsync();
        time.Advance(TimeSpan.FromHours(1));
        await LookForAsync(50);
        Assert.Equal(Proto.RunStatus.Running, (await coordinator.RunAsync(session.RunId)).Status);

        await LookForAsync(15);
        Proto.Run run = await coordinator.RunAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Failed, "RUNNER_LOST"), (run.Status, run.Failure.Reason));

        async Task LookForAsync(int seconds)
        {
            for (int i = 0; i < seconds; i++)
            {
                await deadline.MeetAsync();
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task Liveness_SilentConnection_IsEndedWithinThreeIntervalsAndNotMuchBefore()
    {
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(
            services => services.AddSingleton<TimeProvider>(time), "--Coordinator:HeartbeatInterval=00:00:10");
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, answers: false);

        time.Advance(TimeSpan.FromSeconds(28));
        Assert.Equal(Proto.RunnerStatus.Online, (await coordinator.RunnerAsync()).Status);
        time.Advance(TimeSpan.FromSeconds(2));

        await runner.Ended.WithTimeout();
        Assert.Equal(Proto.DisconnectReason.HeartbeatTimeout, runner.Disconnect?.Reason);
    }

    private static async Task<DateTimeOffset?> DisconnectTimeAsync(IDbContextFactory<CoordinatorDbContext> contexts)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        return (await db.Runners.SingleAsync()).DisconnectTime;
    }

    /// <summary>A run whose start got lost on its way to the runner.</summary>
    private static async Task<(Proto.Session Session, Proto.StartRun Lost)> ClaimedAsync(
        RunningCoordinator coordinator, string bootId, string journalId)
    {
        ScriptedRunner before = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(bootId: bootId, journalId: journalId));
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun lost = await before.NextStartAsync();
        await before.CutAsync();
        await coordinator.OfflineAsync();
        return (session, lost);
    }
}
