using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Execution;

namespace Coordinator.AgentRunner.Tests.Link;

public sealed class ReportOutboxTests
{
    private readonly ManualTime _time = new();
    private readonly ReportOutbox _outbox;
    private int _woken;

    public ReportOutboxTests() => _outbox = new ReportOutbox(_time);

    [Fact]
    public void Reports_AreNumberedPerClaimAndSentInOrder()
    {
        Connect();
        Started("run_a");
        Events("run_a");
        Started("run_b");
        Ended("run_a");
        Started("run_a", epoch: 2);

        Assert.Equal(
            [
                "run_a/1 1 RunStarted", "run_a/1 2 RunEvents", "run_a/1 3 RunEnded",
                "run_a/2 1 RunStarted",
                "run_b/1 1 RunStarted",
            ],
            Take().Order());
        Assert.Equal(6, _woken);
    }

    [Fact]
    public void Report_TooLargeForAMessage_IsReplacedByAMark()
    {
        Connect();
        Proto.SessionEvent line = new() { Output = new Proto.OutputEvent { Text = new string('x', 1_000_000) } };
        _outbox.Post(new Proto.RunnerFrame
        {
            RunEvents = new Proto.RunEvents { Header = new RunKey("run_a", 1).NewHeader(), Events = { Enumerable.Repeat(line, 5) } },
        });
        _outbox.Post(new Proto.RunnerFrame
        {
            RunEnded = new Proto.RunEnded { Header = new RunKey("run_a", 1).NewHeader(), ResultText = new string('x', 5_000_000), ExitCode = 3 },
        });

        Assert.True(_outbox.TryTake(out Proto.RunnerFrame? events));
        Assert.Equal(5, Assert.Single(events.RunEvents.Events).Output.SkippedLines);
        Assert.True(_outbox.TryTake(out Proto.RunnerFrame? ended));
        Assert.Equal((3, "[the result was too large to be told]"), (ended.RunEnded.ExitCode, ended.RunEnded.ResultText));
    }

    [Fact]
    public void Reports_WithoutAConnection_WaitForOne()
    {
        Started("run_a");
        Assert.Empty(Take());

        Connect();

        Assert.Single(Take());
    }

    [Fact]
    public void Reconnect_SendsEverythingThatIsNotAcknowledgedAgainWithItsNumber()
    {
        Connect();
        Started("run_a");
        Events("run_a");
        Events("run_a");
        Take();
        _outbox.Acknowledge(new RunKey("run_a", 1), 1);

        _outbox.Disconnected();
        Ended("run_a");
        Assert.Empty(Take());
        Connect();

        Assert.Equal(["run_a/1 2 RunEvents", "run_a/1 3 RunEvents", "run_a/1 4 RunEnded"], Take());
        Assert.Empty(Take());
    }

    [Fact]
    public void Acknowledge_ReportOfAnEarlierConnection_IsNotSentAgain()
    {
        Connect();
        Started("run_a");
        Ended("run_a");
        Take();
        Connect();

        Assert.True(_outbox.Acknowledge(new RunKey("run_a", 1), 2));

        Assert.Empty(Take());
    }

    [Fact]
    public void Acknowledge_IsOverOnlyWithTheEnd()
    {
        Connect();
        RunKey key = new("run_a", 1);
        Started("run_a");
        Take();

        Assert.False(_outbox.Acknowledge(key, 1));
        Ended("run_a");
        Assert.Equal(["run_a/1 2 RunEnded"], Take());
        Assert.False(_outbox.Acknowledge(key, 1));
        Assert.False(_outbox.Acknowledge(new RunKey("run_a", 2), 2));
        Assert.True(_outbox.Acknowledge(key, 2));
        Assert.False(_outbox.Acknowledge(key, 2));
    }

    [Fact]
    public void Claims_TakeTurns_AndThoseThatOnlyHaveOutputComeLast()
    {
        Connect();
        for (int i = 0; i < 3; i++)
            Events("run_a");
        for (int i = 0; i < 2; i++)
            Events("run_b");
        Ended("run_b");

        Assert.Equal(
            [
                "run_b/1 1 RunEvents", "run_b/1 2 RunEvents", "run_b/1 3 RunEnded",
                "run_a/1 1 RunEvents", "run_a/1 2 RunEvents", "run_a/1 3 RunEvents",
            ],
            Take());
    }

    [Fact]
    public void Claims_WithOutput_TakeTurns()
    {
        Connect();
        for (int i = 0; i < 2; i++)
            Events("run_a");
        for (int i = 0; i < 2; i++)
            Events("run_b");

        Assert.Equal(
            ["run_a/1 1 RunEvents", "run_b/1 1 RunEvents", "run_a/1 2 RunEvents", "run_b/1 2 RunEvents"],
            Take());
    }

    [Fact]
    public void Room_IsPerClaim_AndLifecycleReportsNeedNone()
    {
        Connect();
        while (_outbox.TryPostEvents(NewEvents("run_a", 100_000), TimeSpan.Zero))
        {
        }

        int expected = ReportOutbox.MaxEventBytes / 100_000;
        Assert.InRange(Take().Count, expected - 2, expected + 1);
        Assert.True(_outbox.TryPostEvents(NewEvents("run_b", 100_000), TimeSpan.Zero));
        Ended("run_a");
        Assert.Equal(2, Take().Count);

        _outbox.Acknowledge(new RunKey("run_a", 1), 1);
        Assert.True(_outbox.TryPostEvents(NewEvents("run_a", 90_000), TimeSpan.Zero));
    }

    [Fact]
    public void Room_OneReportLargerThanAll_FindsIt() =>
        Assert.True(_outbox.TryPostEvents(NewEvents("run_a", ReportOutbox.MaxEventBytes + 1), TimeSpan.Zero));

    [Fact]
    public async Task Room_NobodyWaitsForItWhenTheConnectionBreaks()
    {
        Connect();
        while (_outbox.TryPostEvents(NewEvents("run_a", 100_000), TimeSpan.Zero))
        {
        }

        Task<bool> waiting = Task.Run(
            () => _outbox.TryPostEvents(NewEvents("run_a", 100_000), TimeSpan.FromSeconds(1)),
            TestContext.Current.CancellationToken);
        await Testing.Waiting.Eventually.True(() => _time.NextDue is not null);

        _outbox.Disconnected();

        Assert.False(await Testing.Waiting.Timeouts.WithTimeout(waiting));
    }

    [Fact]
    public void Discard_ForgetsTheRun()
    {
        Connect();
        Started("run_a");
        Started("run_b");

        _outbox.Discard("run_a");

        Assert.Equal(["run_b/1 1 RunStarted"], Take());
    }

    [Fact]
    public void Mute_TakesNothingMoreOfTheClaimUpToItsEnd()
    {
        Connect();
        Started("run_a");
        _outbox.Mute(new RunKey("run_a", 1));
        Events("run_a");
        Ended("run_a");
        Started("run_a", epoch: 2);

        Assert.Equal(["run_a/2 1 RunStarted"], Take());
    }

    [Fact]
    public async Task WhenEmpty_CompletesWithTheLastAcknowledgement()
    {
        Connect();
        Ended("run_a");
        Task empty = _outbox.WhenEmptyAsync();
        Assert.False(empty.IsCompleted);

        _outbox.Acknowledge(new RunKey("run_a", 1), 1);

        await Testing.Waiting.Timeouts.WithTimeout(empty);
    }

    private void Connect() => _outbox.Connected(() => _woken++);

    private void Started(string runId, long epoch = 1) => _outbox.Post(new Proto.RunnerFrame
    {
        RunStarted = new Proto.RunStarted { Header = new RunKey(runId, epoch).NewHeader() },
    });

    private void Ended(string runId) =>
        _outbox.Post(
            new Proto.RunnerFrame { RunEnded = new Proto.RunEnded { Header = new RunKey(runId, 1).NewHeader() } });

    private void Events(string runId) => Assert.True(_outbox.TryPostEvents(NewEvents(runId, 10), TimeSpan.Zero));

    private static Proto.RunEvents NewEvents(string runId, int bytes) => new()
    {
        Header = new RunKey(runId, 1).NewHeader(),
        Events = { new Proto.SessionEvent { Output = new Proto.OutputEvent { Text = new string('x', bytes) } } },
    };

    private List<string> Take()
    {
        List<string> taken = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
        {
            Proto.ReportHeader header = frame.RunStarted?.Header ?? frame.RunEvents?.Header ?? frame.RunEnded.Header;
            taken.Add($"{header.RunId}/{header.Epoch} {header.Sequence} {frame.FrameCase}");
        }

        return taken;
    }
}
