using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Coordinator.AgentRunner.Tests.Journal;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>One life of a runner ends as if by SIGKILL, and the next one reads what it had written.</summary>
public sealed class RunRecoveryTests : IDisposable
{
    private static readonly RunKey Key = new("run_a", 5);

    private readonly string _data = Directory.CreateTempSubdirectory("run-recovery").FullName;
    private readonly ManualTime _time = new();
    private readonly MemoryJournalStore _store = new();
    private readonly FakeContainment _containment;
    private readonly RunnerClock _clock;
    private RunJournal _journal = null!;
    private FakeLauncher _launcher = null!;
    private ReportOutbox _outbox = null!;
    private RunTable _table = null!;

    public RunRecoveryTests()
    {
        _clock = new RunnerClock(_time);
        _containment = new FakeContainment(_time);
        BeginLife();
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Claim_HadBeenSpawned_IsReportedAsEndedByTheRestartUntilCommitted()
    {
        Start();
        Spawn(new ContainerTrace { Processes = [new ProcessIdentity(7, 70)] });
        _containment.Survivors = [new Survivor("run_a", 3)];

        await RestartAsync();

        Assert.Equal(new ProcessIdentity(7, 70), Assert.Single(_containment.Sought.Single().Single().Trace.Processes));
        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, 3, 5L), (end.Outcome, end.ProcessesEnded, end.Header.Epoch));
        Assert.Equal(Proto.HeldRunState.Ended, Assert.Single(_table.Held()).State);

        await RestartAsync();
        Assert.Equal(end, Assert.Single(Ends()));
        Acknowledge(end);
        await RestartAsync();
        Assert.Empty(Ends());
    }

    [Fact]
    public async Task Claim_WasAboutToBeSpawned_IsTakenForSpawned()
    {
        Start();
        Assert.True(_journal.TrySpawn(Key));

        await RestartAsync();

        Assert.Equal(Proto.RunOutcome.RunnerRestarted, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public async Task Claim_HadNotBeenSpawned_IsNotHeldSoThatTheJournalVouchesForIt()
    {
        string journal = _table.JournalId;
        Start();

        await RestartAsync();

        Assert.Empty(Ends());
        Assert.Empty(_table.Held());
        Assert.Equal(journal, _table.JournalId);
        Assert.NotEmpty(journal);
        await RestartAsync();
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task Claim_HadNotBeenSpawnedButStopped_IsReportedAsNeverStarted()
    {
        Start();
        Stop();

        await RestartAsync();

        Assert.Equal(Proto.RunOutcome.NeverStarted, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public async Task Claim_HadEndedUncommitted_IsToldAgainWithItsNumber()
    {
        Start();
        _outbox.Post(new Proto.RunnerFrame { RunStarted = new Proto.RunStarted { Header = Key.NewHeader() } });
        _launcher.Launched[0].End(Proto.RunOutcome.Exited);
        Proto.RunEnded before = Assert.Single(Ends());
        Assert.Equal(2, before.Header.Sequence);

        await RestartAsync();

        Assert.Equal(before, Assert.Single(Ends()));
    }

    [Fact]
    public async Task Claim_EndWaitedForItsOutput_IsToldWithANumberAboveAllOfThem()
    {
        Start();
        Assert.True(_journal.TrySpawn(Key));
        _journal.Ended(new Proto.RunEnded { Header = Key.NewHeader(), Outcome = Proto.RunOutcome.Exited, ExitCode = 4 });

        await RestartAsync();

        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal(
            (Proto.RunOutcome.Exited, 4, RunRecovery.SequenceAfterRestart),
            (end.Outcome, end.ExitCode, end.Header.Sequence));
    }

    [Fact]
    public async Task Stop_HadOvertakenItsStart_StillPreventsItAfterTheRestart()
    {
        Stop();
        Acknowledge(Assert.Single(Ends()));

        await RestartAsync();
        Assert.Empty(_table.Held());
        Start();

        Assert.Empty(_launcher.Launched);
        Assert.Equal(Proto.RunOutcome.NeverStarted, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public async Task Stop_ComesAfterTheRestart_IsAnsweredWithTheEnd()
    {
        Start();
        Spawn(ContainerTrace.None);
        await RestartAsync();
        Assert.Single(Ends());

        Stop();

        Assert.Empty(Ends());
        Assert.Single(_table.Held());
    }

    [Fact]
    public async Task Survivor_CannotBeEnded_IsHeldAsStoppingUntilItIs()
    {
        Start();
        Spawn(ContainerTrace.None);
        _containment.Survivors = [new Survivor("run_a", 2, ProcessesLeft: 1)];
        await RestartAsync();
        _containment.Survivors = [new Survivor("run_a", 0, ProcessesLeft: 1)];
        Assert.Empty(Ends());
        Assert.Equal(Proto.HeldRunState.Stopping, Assert.Single(_table.Held()).State);

        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => _containment.Sought.Count == 2 && _time.NextDue is not null);
        Assert.Empty(Ends());
        _containment.Survivors = [new Survivor("run_a", 1)];
        _time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.True(() => _table.Held().Single().State == Proto.HeldRunState.Ended);
        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, 3), (end.Outcome, end.ProcessesEnded));
    }

    [Fact]
    public async Task Survivor_CannotBeLookedAt_IsHeldAsStoppingUntilItIs()
    {
        Start();
        Spawn(ContainerTrace.None);
        _containment.Survivors = [new Survivor("run_a", 0, ProcessesLeft: 1)];
        await RestartAsync();
        _containment.SurvivorsFailure = new IOException("/proc/4711/stat cannot be read");

        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => _containment.Sought.Count == 2 && _time.NextDue is not null);
        Assert.Empty(Ends());
        Assert.Equal(Proto.HeldRunState.Stopping, Assert.Single(_table.Held()).State);
        _containment.SurvivorsFailure = null;
        _containment.Survivors = [];
        _time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.True(() => _table.Held().Single().State == Proto.HeldRunState.Ended);
        Assert.Equal(Proto.RunOutcome.RunnerRestarted, Assert.Single(Ends()).Outcome);
    }

    [Fact]
    public async Task MachineRestarted_TracesMeanNothingAndTheJournalVouchesForNothing()
    {
        string journal = _table.JournalId;
        Start();
        Spawn(new ContainerTrace { Processes = [new ProcessIdentity(7, 70)] });

        await RestartAsync(boot: "boot-2");

        Assert.Empty(_containment.Sought.Single().Single().Trace.Processes);
        Assert.Equal(Proto.RunOutcome.RunnerRestarted, Assert.Single(Ends()).Outcome);
        Assert.NotEqual(journal, _table.JournalId);
    }

    [Fact]
    public async Task Directories_OfARunnerWithoutAJournal_AreLeftInPeace()
    {
        Directory.CreateDirectory(Path.Combine(_data, "runs", "run_old"));
        File.WriteAllText(Path.Combine(_data, "runs", "run_old", "run.json"), "{ cut of");
        File.WriteAllText(Path.Combine(_data, "runs", "run_old", "spill"), "left");
        _store.Content = null;

        await RestartAsync();

        Assert.Empty(Ends());
        Assert.Empty(_table.Held());
        Assert.Equal(["run.json"], Directory.EnumerateFiles(Path.Combine(_data, "runs", "run_old")).Select(Path.GetFileName));
    }

    [Fact]
    public void Prune_KeepsTheNewestAndWhatIsHeld()
    {
        foreach (int i in Enumerable.Range(0, 5))
        {
            Directories().Create(new Proto.StartRun { RunId = $"run_{i}", Epoch = 5, SessionId = "ses_a" });
            File.SetLastWriteTimeUtc(
                Path.Combine(_data, "runs", $"run_{i}", "run.json"),
                _time.GetUtcNow().UtcDateTime.AddHours(i - 10));
        }

        Directories(keep: 2).Prune(run => run == "run_0");
        Assert.Equal(["run_0", "run_3", "run_4"], Directories().All().Select(one => one.RunId).Order());

        Directories(keepFor: TimeSpan.FromHours(6.5)).Prune(run => run == "run_0");
        Assert.Equal(["run_0", "run_4"], Directories().All().Select(one => one.RunId).Order());
    }

    private RunDirectories Directories(int keep = 200, TimeSpan? keepFor = null) => new(
        _data,
        new RunDirectoryLimits(1000, 1000, keep, keepFor ?? TimeSpan.FromDays(7)),
        _clock,
        NullLogger<RunDirectories>.Instance);

    private void BeginLife(string boot = Journals.Boot)
    {
        _journal = Journals.Open(_clock, _store, boot, newId: $"journal-{boot}");
        _launcher = new FakeLauncher();
        _outbox = new ReportOutbox(_time);
        _outbox.Connected(() => { });
        _table = new RunTable(_outbox, _launcher, _journal, _clock, NullLogger<RunTable>.Instance);
    }

    private Task RestartAsync(string boot = Journals.Boot)
    {
        BeginLife(boot);
        return new RunRecovery(
            _containment, Directories(), _table, _journal, _clock, NullLogger<RunRecovery>.Instance).RecoverAsync(
                TestContext.Current.CancellationToken);
    }

    private void Start() => _table.Start(new Proto.StartRun { RunId = Key.RunId, Epoch = Key.Epoch });

    private void Spawn(ContainerTrace trace)
    {
        Assert.True(_journal.TrySpawn(Key));
        _journal.Spawned(Key, trace);
    }

    private void Stop() => _table.Stop(new Proto.StopRun { RunId = Key.RunId, Epoch = Key.Epoch }, _clock.Now);

    private void Acknowledge(Proto.RunEnded end) => _table.Acknowledge(new Proto.ReportAck
    {
        RunId = end.Header.RunId,
        Epoch = end.Header.Epoch,
        Sequence = end.Header.Sequence,
    });

    private List<Proto.RunEnded> Ends()
    {
        List<Proto.RunEnded> ends = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
        {
            if (frame.RunEnded is { } end)
                ends.Add(end);
        }

        return ends;
    }
}
