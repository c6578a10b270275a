using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Link;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class RunRecoveryTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("run-recovery").FullName;
    private readonly ManualTime _time = new();
    private readonly RunnerClock _clock;
    private readonly ReportOutbox _outbox;
    private readonly FakeContainment _containment;
    private readonly RunTable _table;

    public RunRecoveryTests()
    {
        _clock = new RunnerClock(_time);
        _outbox = new ReportOutbox(_time);
        _outbox.Connected(() => { });
        _containment = new FakeContainment(_time);
        _table = new RunTable(_outbox, new FakeLauncher(), _clock, NullLogger<RunTable>.Instance);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Run_HadNotEnded_IsReportedAsEndedByTheRestartUntilCommitted()
    {
        Create("run_a");
        _containment.Survivors = [new Survivor("run_a", 3)];

        await RecoverAsync();

        Proto.RunEnded end = Assert.Single(Ends());
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, 3, 5L), (end.Outcome, end.ProcessesEnded, end.Header.Epoch));
        Assert.Equal(Proto.HeldRunState.Ended, Assert.Single(_table.Held()).State);

        _table.Acknowledge(new Proto.ReportAck { RunId = "run_a", Epoch = 5, Sequence = end.Header.Sequence });
        await Eventually.True(() => Directories().All().Single().IsAcknowledged);
        await RecoverAsync();
        Assert.Empty(Ends());
    }

    [Fact]
    public async Task Run_HadEndedUncommitted_IsReportedAsItEnded()
    {
        Proto.RunEnded ended = new()
        {
            Header = new Proto.ReportHeader { RunId = "run_a", Epoch = 5, Sequence = 17 },
            Outcome = Proto.RunOutcome.Exited,
            ExitCode = 0,
            ResultText = "done",
        };
        Create("run_a").WriteEnd(ended);

        await RecoverAsync();

        Assert.Equal(ended, Assert.Single(Ends()));
    }

    [Fact]
    public async Task Run_StopComesAfterTheRestart_IsAnsweredWithTheEnd()
    {
        Create("run_a");
        await RecoverAsync();
        Assert.Single(Ends());

        _table.Stop(new Proto.StopRun { RunId = "run_a", Epoch = 5 }, _clock.Now);

        Assert.Empty(Ends());
        Assert.Single(_table.Held());
    }

    [Fact]
    public async Task Directory_WithoutAReadableManifest_IsLeftInPeace()
    {
        Create("run_a");
        File.WriteAllText(Path.Combine(_data, "runs", "run_a", "run.json"), "{ cut of");

        await RecoverAsync();

        Assert.Empty(Ends());
        Assert.Empty(_table.Held());
    }

    [Fact]
    public void Prune_KeepsTheNewestAndWhatIsNotCommitted()
    {
        foreach (int i in Enumerable.Range(0, 5))
        {
            RunDirectory directory = Create($"run_{i}");
            if (i > 0)
                directory.MarkAcknowledged();
            Directory.SetLastWriteTimeUtc(
                Path.Combine(_data, "runs", $"run_{i}"),
                _time.GetUtcNow().UtcDateTime.AddHours(i - 10));
        }

        Directories(keep: 2).Prune();
        Assert.Equal(["run_0", "run_3", "run_4"], Directories().All().Select(one => one.RunId).Order());

        Directories(keepFor: TimeSpan.FromHours(6.5)).Prune();
        Assert.Equal(["run_0", "run_4"], Directories().All().Select(one => one.RunId).Order());
    }

    private RunDirectories Directories(int keep = 200, TimeSpan? keepFor = null) => new(
        _data,
        new RunDirectoryLimits(1000, keep, keepFor ?? TimeSpan.FromDays(7)),
        _clock,
        NullLogger<RunDirectories>.Instance);

    private RunDirectory Create(string runId) => Directories().Create(
        new Proto.StartRun { RunId = runId, Epoch = 5, SessionId = "ses_a" });

    private Task RecoverAsync() => new RunRecovery(
        _containment, Directories(), _table, _clock, NullLogger<RunRecovery>.Instance).RecoverAsync(
            TestContext.Current.CancellationToken);

    private List<Proto.RunEnded> Ends()
    {
        List<Proto.RunEnded> ends = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            ends.Add(frame.RunEnded);
        return ends;
    }
}
