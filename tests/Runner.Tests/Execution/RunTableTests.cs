using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Journal;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class RunTableTests
{
    private readonly ManualTime _time = new();
    private readonly RunnerClock _clock;
    private readonly ReportOutbox _outbox;
    private readonly FakeLauncher _launcher = new();
    private readonly MemoryJournalStore _store = new();
    private readonly RunJournal _journal;
    private readonly RunTable _table;

    public RunTableTests()
    {
        _clock = new RunnerClock(_time);
        _outbox = new ReportOutbox(_time);
        _outbox.Connected(() => { });
        _journal = Journals.Open(_clock, _store);
        _table = new RunTable(_outbox, _launcher, _journal, _clock, NullLogger<RunTable>.Instance);
    }

    [Fact]
    public void Start_New_IsLaunchedAndHeld()
    {
        Start("run_a", 1);

        Assert.Equal("run_a", Assert.Single(_launcher.Launched).Command.RunId);
        Proto.HeldRun held = Assert.Single(_table.Held());
        Assert.Equal(("run_a", 1L, Proto.HeldRunState.Running), (held.RunId, held.Epoch, held.State));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Start_RepeatedOrOlder_IsLaunchedOnce(long epoch)
    {
        Start("run_a", 1);
        Start("run_a", epoch);

        Assert.Single(_launcher.Launched);
        Assert.Empty(_launcher.Launched[0].Stops);
    }

    [Fact]
    public void Start_RepeatedAfterTheEndWasCommitted_IsAnsweredWithThatEnd()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);
        Proto.RunEnded first = Assert.Single(Ends());
        Ack("run_a", 1, 1);

        Start("run_a", 1);

        Proto.RunEnded again = Assert.Single(Ends());
        Assert.Single(_launcher.Launched);
        Assert.Equal((first.Outcome, first.Header.Sequence), (again.Outcome, again.Header.Sequence));
    }

    [Fact]
    public void Start_NewerClaimOfAnEndedRun_IsLaunched()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.StartFailed);

        Start("run_a", 2);

        Assert.Equal(2, _launcher.Launched.Count);
        Assert.Equal(2, Assert.Single(_table.Held()).Epoch);
    }

    [Fact]
    public void Start_NewerClaimWhileTheOlderLives_WaitsForItsProvedEnd()
    {
        Start("run_a", 1);

        Start("run_a", 2);
        FakeLauncher.Run older = Assert.Single(_launcher.Launched);
        Assert.Equal(older.Stops.Single().ReceivedAt, older.Stops.Single().Deadline);
        older.End(Proto.RunOutcome.Stopped);

        Assert.Equal(2, _launcher.Launched[1].Command.Epoch);
    }

    [Fact]
    public void Stop_NewerClaimThatWaits_NeverStartsAndSaysSoOnlyAfterTheOlderIsGone()
    {
        Start("run_a", 1);
        Start("run_a", 2);

        Stop("run_a", 2);
        Assert.Empty(Ends());
        _launcher.Launched[0].End(Proto.RunOutcome.Stopped);

        Assert.Single(_launcher.Launched);
        Assert.Equal(
            [(1L, Proto.RunOutcome.Stopped), (2L, Proto.RunOutcome.NeverStarted)],
            Ends().Select(end => (end.Header.Epoch, end.Outcome)).Order());
    }

    [Fact]
    public void Stop_RunIsAlive_IsPassedOnWithItsDeadline()
    {
        Start("run_a", 1);

        Stop("run_a", 1, grace: 7);
        Stop("run_a", 1, force: true);

        Assert.Equal(
            [_clock.Now + TimeSpan.FromSeconds(7), _clock.Now],
            _launcher.Launched[0].Stops.Select(order => order.Deadline));
    }

    [Fact]
    public void Stop_OlderClaimThanTheOneThatLives_TouchesNothing()
    {
        Start("run_a", 2);

        Stop("run_a", 1);

        Assert.Empty(_launcher.Launched[0].Stops);
        Assert.Empty(Ends());
    }

    [Fact]
    public void Stop_BeforeItsStart_PreventsTheSpawnAndReportsNeverStarted()
    {
        Stop("run_a", 3);
        Start("run_a", 3);

        Assert.Empty(_launcher.Launched);
        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal((3L, 1L, Proto.RunOutcome.NeverStarted), (end.Header.Epoch, end.Header.Sequence, end.Outcome));
        Assert.Equal(Proto.HeldRunState.Ended, Assert.Single(_table.Held()).State);
    }

    [Fact]
    public void Stop_BeforeItsStartAndCommitted_StillPreventsTheSpawn()
    {
        Stop("run_a", 3);
        Assert.Single(Ends());
        Ack("run_a", 3, 1);
        Assert.Empty(_table.Held());

        Start("run_a", 3);

        Assert.Empty(_launcher.Launched);
        Assert.Equal(Proto.RunOutcome.NeverStarted, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public void Stop_OfAnOlderClaim_DoesNotPreventTheNewerOne()
    {
        Stop("run_a", 3);

        Start("run_a", 4);

        Assert.Equal(4, Assert.Single(_launcher.Launched).Command.Epoch);
    }

    [Fact]
    public void Stop_Repeated_ReportsOnce()
    {
        Stop("run_a", 1);
        Stop("run_a", 1, force: true);

        Assert.Single(Ends());
    }

    [Fact]
    public void Stop_EndedAndNotCommitted_ResendsNothing()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);
        Assert.Single(Ends());

        Stop("run_a", 1);

        Assert.Empty(Ends());
        Assert.Empty(_launcher.Launched[0].Stops);
    }

    [Fact]
    public void Stop_EndedAndCommitted_IsAnsweredWithTheTruth()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);
        Assert.Single(Ends());
        Ack("run_a", 1, 1);

        Stop("run_a", 1);

        Assert.Equal(Proto.RunOutcome.Exited, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public void Stop_NonsensicalGrace_IsCarriedOutAllTheSame()
    {
        Start("run_a", 1);

        _table.Stop(
            new Proto.StopRun
            {
                RunId = "run_a",
                Epoch = 1,
                GracePeriod = new Duration { Seconds = long.MaxValue, Nanos = -5 },
            },
            _clock.Now);

        Assert.Single(_launcher.Launched[0].Stops);
    }

    [Fact]
    public void Acknowledge_EverythingOfAnEndedRun_LetsItGo()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);

        Ack("run_a", 2, 99);
        Assert.Single(_table.Held());
        Ack("run_a", 1, 1);

        Assert.Empty(_table.Held());
        Assert.True(Assert.Single(_journal.Entries).IsSettled);
    }

    [Fact]
    public void Acknowledge_RunIsAlive_KeepsIt()
    {
        Start("run_a", 1);

        Ack("run_a", 1, 99);

        Assert.Single(_table.Held());
    }

    [Fact]
    public void Forget_RunIsAlive_IsKilledAndItsReportsAreNotSent()
    {
        Start("run_a", 1);

        _table.Forget(["run_a", "run_unknown"]);
        FakeLauncher.Run run = _launcher.Launched[0];
        Assert.Equal(StopOrigin.Forgotten, run.Stops.Single().Origin);
        Assert.Single(_table.Held());
        run.End(Proto.RunOutcome.Stopped);

        Assert.Empty(Ends());
        Assert.Empty(_table.Held());
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public void Forget_RunHasEnded_DropsItsReports()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);

        _table.Forget(["run_a"]);

        Assert.Empty(Ends());
        Assert.Empty(_table.Held());
    }

    [Fact]
    public async Task Close_TakesNothingMoreAndLetsTheRestGoOnUntilItIsStopped()
    {
        Start("run_a", 1);
        _table.Close();
        Start("run_b", 1);
        Assert.Empty(_launcher.Launched[0].Stops);
        Assert.Equal(("run_b", Proto.RunOutcome.NeverStarted), Ends().Select(end => (end.Header.RunId, end.Outcome)).Single());

        _table.StopAll(TimeSpan.FromSeconds(5));
        _table.StopAll(TimeSpan.Zero);
        Assert.False(_table.Idle.IsCompleted);
        _launcher.Launched[0].End(Proto.RunOutcome.RunnerRestarted);

        await _table.Idle.WithTimeout();
        Assert.Single(_launcher.Launched);
        Assert.Equal([5, 0], _launcher.Launched[0].Stops.Select(order => (order.Deadline - _clock.Now).TotalSeconds));
    }

    [Fact]
    public void Start_IsInTheJournalBeforeItIsLaunched()
    {
        JournalEntry? entry = null;
        _launcher.OnLaunch = () => entry = Assert.Single(_journal.Entries);

        Start("run_a", 1);

        Assert.True(entry is { IsClaimed: true, WasSpawned: false });
    }

    [Fact]
    public void Start_JournalIsFull_IsRefusedWithASentence()
    {
        _store.Room = 3;

        Start("run_a", 1);

        Assert.Empty(_launcher.Launched);
        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal((Proto.RunOutcome.StartFailed, RunJournal.Full), (end.Outcome, end.Error));
    }

    [Fact]
    public void Stop_JournalIsFull_IsCarriedOutAllTheSame()
    {
        Start("run_a", 1);
        _store.Room = 0;

        Stop("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Stopped);

        Assert.Single(_launcher.Launched[0].Stops);
        Assert.Equal(Proto.RunOutcome.Stopped, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public void End_IsInTheJournalWithItsNumberBeforeItIsTold()
    {
        Start("run_a", 1);
        JournalEntry? entry = null;
        _outbox.Connected(() => entry = _journal.Entries[0]);

        _launcher.Launched[0].End(Proto.RunOutcome.Exited);

        Assert.Equal(1, entry!.End!.Header.Sequence);
    }

    /// <summary>A coordinator on a full disk may have stored the end, and not what came before it.</summary>
    [Fact]
    public void Connect_EndAndOutputAreNotAcknowledged_AreToldAgainUntilTheyAre()
    {
        Start("run_a", 1);
        Assert.True(_outbox.TryPostEvents(new Proto.RunEvents { Header = new RunKey("run_a", 1).NewHeader() }, TimeSpan.Zero));
        Stop("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.Stopped);
        List<Proto.RunnerFrame> told = Take();
        Assert.Equal(2, told.Count);

        _outbox.Disconnected();
        Assert.Equal(Proto.HeldRunState.Ended, Assert.Single(_table.Held()).State);
        _outbox.Connected(() => { });
        Assert.Equal(told, Take());
        Ack("run_a", 1, 1);
        Assert.False(Assert.Single(_journal.Entries).IsSettled);
        Ack("run_a", 1, 2);

        Assert.Empty(_table.Held());
        Assert.True(Assert.Single(_journal.Entries).IsSettled);
    }

    [Fact]
    public void Acknowledge_EndOfAnOlderClaimWhileANewerIsHeld_SettlesThatOne()
    {
        Start("run_a", 1);
        _launcher.Launched[0].End(Proto.RunOutcome.StartFailed);
        Start("run_a", 2);

        Ack("run_a", 1, 1);

        Assert.Equal([true, false], _journal.Entries.Select(entry => entry.IsSettled));
        Assert.Single(_table.Held());
    }

    [Fact]
    public void Tombstones_MoreThanTheLimit_KeepTheNewest()
    {
        Tombstones tombstones = new(_clock);
        for (int i = 0; i < Tombstones.Limit + 5; i++)
            tombstones.Add(End($"run_{i}"));

        Assert.Equal(Tombstones.Limit, tombstones.Count);
        Assert.Null(tombstones.Find("run_4"));
        Assert.NotNull(tombstones.Find("run_5"));
    }

    [Fact]
    public void Tombstones_AfterAnHour_AreGone()
    {
        Tombstones tombstones = new(_clock);
        tombstones.Add(End("run_a"));
        tombstones.Add(End("run_b"));
        _time.Advance(TimeSpan.FromMinutes(40));
        tombstones.Add(End("run_b"));
        _time.Advance(TimeSpan.FromMinutes(40));
        tombstones.Add(End("run_c"));

        Assert.Null(tombstones.Find("run_a"));
        Assert.NotNull(tombstones.Find("run_b"));
    }

    private static Proto.RunEnded End(string runId) =>
        new() { Header = new Proto.ReportHeader { RunId = runId, Epoch = 1 } };

    private void Start(string runId, long epoch) =>
        _table.Start(new Proto.StartRun { CommandId = $"cmd_{epoch}", RunId = runId, Epoch = epoch });

    private void Stop(string runId, long epoch, int grace = 10, bool force = false) => _table.Stop(
        new Proto.StopRun
        {
            RunId = runId,
            Epoch = epoch,
            Force = force,
            GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(grace)),
        },
        _clock.Now);

    private void Ack(string runId, long epoch, long sequence) =>
        _table.Acknowledge(new Proto.ReportAck { RunId = runId, Epoch = epoch, Sequence = sequence });

    private List<Proto.RunEnded> Ends() => [.. Take().Select(frame => frame.RunEnded)];

    private List<Proto.RunnerFrame> Take()
    {
        List<Proto.RunnerFrame> taken = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            taken.Add(frame);
        return taken;
    }
}
