using System.Globalization;
using System.Text;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class OutputPumpTests : IDisposable
{
    private static readonly RunKey Key = new("run_a", 1);

    private readonly string _directory = Directory.CreateTempSubdirectory("output-pump").FullName;
    private readonly ManualTime _time = new();
    private readonly ReportOutbox _outbox;
    private readonly OutputPump _pump;

    private string SpillFile => Path.Combine(_directory, "spill");

    public OutputPumpTests()
    {
        _outbox = new ReportOutbox(_time);
        _pump = NewPump(maxLogBytes: 10_000_000);
        _pump.Open();
    }

    public void Dispose()
    {
        _pump.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Lines_AreBatchedForAMoment()
    {
        _outbox.Connected(() => { });
        Write("one\ntwo\n");
        Write("oops\n", Proto.OutputStream.Stderr);
        _time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.Empty(Take());

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Proto.RunEvents events = Assert.Single(Take());
        Assert.Equal(1, events.FirstSequence);
        Assert.Equal(["one", "two", "oops"], events.Events.Select(one => one.Output.Text));
        Assert.Equal(Proto.OutputStream.Stderr, events.Events[2].Output.Stream);
        Assert.All(events.Events, one => Assert.NotNull(one.Time));
    }

    [Fact]
    public void Lines_Many_AreNotHeldBack()
    {
        _outbox.Connected(() => { });
        Write(string.Concat(Enumerable.Range(0, 1200).Select(i => $"{i}\n")));

        List<Proto.RunEvents> reports = Take();
        Assert.Equal([(1L, 500), (501L, 500)], reports.Select(one => (one.FirstSequence, one.Events.Count)));
    }

    [Fact]
    public void Character_CutByAChunk_IsWhole()
    {
        _outbox.Connected(() => { });
        byte[] fox = Encoding.UTF8.GetBytes("🦊\n");
        foreach (byte one in fox)
            _pump.Write(Proto.OutputStream.Stdout, [one]);
        _pump.Write(Proto.OutputStream.Stdout, [0xff, (byte)'x', (byte)'\n']);
        _pump.Complete();

        Assert.Equal(["🦊", "\ufffdx"], Take().Single().Events.Select(one => one.Output.Text));
    }

    [Fact]
    public void Line_Unfinished_IsShownWhenTheAgentFallsSilent()
    {
        _outbox.Connected(() => { });
        Write("Password: ");
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Empty(Take());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("Password: ", Take().Single().Events.Single().Output.Text);

        Write("\nnext\n");
        _pump.Complete();

        Assert.Equal("next", Take().Single().Events.Single().Output.Text);
    }

    [Fact]
    public void Line_Unfinished_IsNotCutWithinACharacter()
    {
        _outbox.Connected(() => { });
        foreach (byte one in Encoding.UTF8.GetBytes("caf\u00e9 \U0001F680!"))
        {
            _pump.Write(Proto.OutputStream.Stdout, [one]);
            _time.Advance(OutputReader.LongestInterval);
        }

        _pump.Write(Proto.OutputStream.Stdout, [0xe8, 0xaa]);
        _time.Advance(OutputReader.LongestInterval);
        Assert.Equal("caf\u00e9 \U0001F680!", Text());

        _pump.Complete();

        Assert.Equal("\ufffd", Text());

        string Text() => string.Concat(Take().SelectMany(report => report.Events).Select(one => one.Output.Text));
    }

    [Fact]
    public void Line_BegunAnewForAnHour_IsShownNowAndThenInItsNewestState()
    {
        _outbox.Connected(() => { });
        TimeSpan step = TimeSpan.FromMilliseconds(50);
        TimeSpan hour = TimeSpan.FromHours(1);
        List<Proto.SessionEvent> events = [];
        long written = 0;
        for (TimeSpan at = step; at <= hour; at += step)
        {
            string state = $"{at / step}";
            Write($"\r{state}");
            written += state.Length;
            _time.Advance(step);
            foreach (Proto.SessionEvent shown in TakeEvents())
            {
                events.Add(shown);
                double seen = double.Parse(shown.Output.Text, CultureInfo.InvariantCulture) * step / hour;
                Assert.InRange(seen, (at - (2 * step)) / hour, at / hour);
            }
        }

        Write("\rcomplete\n");
        _pump.Complete();
        events.AddRange(TakeEvents());

        Assert.InRange(events.Count, 300, 400);
        Assert.Equal("complete", events[^1].Output.Text);
        Assert.Equal(
            written + events[^1].Output.Text.Length,
            events.Sum(one => one.Output.Text.Length + one.Output.OverwrittenBytes));
    }

    [Fact]
    public void Line_BegunAnewWithoutASilence_IsFewEvents()
    {
        _outbox.Connected(() => { });
        for (int i = 0; i < 20_000; i++)
            Write($"\rDownloading model {i * 100 / 20_000,3}% ");
        Write("\rDownloading model 100% complete\n");
        _pump.Complete();

        Proto.OutputEvent line = TakeEvents().Single().Output;
        Assert.Equal(("Downloading model 100% complete", 20_000 * 23), (line.Text, line.OverwrittenBytes));
    }

    [Fact]
    public void Line_WithEscapeSequences_IsKeptAsItIs()
    {
        _outbox.Connected(() => { });
        string[] lines =
        [
            "deleting everything\e[2K\e[1A\e[1Gall tests passed", "\e]0;title\a\e]52;c;cm0=\aafter", "user\u202etxt.exe", "nul end",
        ];
        Write(string.Join('\n', lines));
        _pump.Complete();

        Assert.Equal(lines, TakeEvents().Select(one => one.Output.Text));
    }

    [Fact]
    public void Complete_LastLineHasNoEnd_IsThereAllTheSame()
    {
        _outbox.Connected(() => { });
        Write("a\nlast");
        _pump.Complete();
        Write("too late\n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["a", "last"], Take().Single().Events.Select(one => one.Output.Text));
        _pump.Dispose();
        Assert.Equal("a\nlasttoo late\n", File.ReadAllText(Path.Combine(_directory, "stdout.log")));
    }

    [Fact]
    public void Coordinator_IsAway_LinesBeyondTheRoomAreSkippedAndSaidToBe()
    {
        int lines = FillRoom();
        _pump.Complete();

        _outbox.Connected(() => { });
        List<Proto.SessionEvent> events = [.. Take().SelectMany(report => report.Events)];
        long skipped = events.Sum(one => one.Output.SkippedLines);
        Assert.True(skipped > 0);
        Assert.Equal(lines, skipped + events.Count(one => one.Output.SkippedLines == 0));
        AssertNumbered(events.Count);
    }

    [Fact]
    public void Coordinator_ComesBack_MarkTakesThePlaceOfTheSkippedLines()
    {
        int lines = FillRoom();
        _outbox.Connected(() => { });
        List<Proto.RunEvents> before = Take();
        _outbox.Acknowledge(Key, before[^1].Header.Sequence);

        _time.Advance(TimeSpan.FromSeconds(1));

        Proto.RunEvents after = Assert.Single(Take());
        Assert.Equal(before.Sum(report => report.Events.Count) + 1, after.FirstSequence);
        Assert.Equal(
            lines - before.Sum(report => report.Events.Count),
            after.Events[0].Output.SkippedLines + after.Events.Count - 1);
    }

    [Fact]
    public async Task Coordinator_IsConnectedButSlow_SlowsTheAgentDownForASecondAndThenSkips()
    {
        _outbox.Connected(() => { });
        Task writing = Task.Run(() => FillRoom(), TestContext.Current.CancellationToken);
        await Eventually.True(() => _time.IsWaitingFor(OutputPump.Patience));
        Assert.False(writing.IsCompleted);

        _time.Advance(OutputPump.Patience);

        await writing.WithTimeout();
    }

    [Fact]
    public async Task Coordinator_IsSlow_AStopLetsTheOutputGo()
    {
        _outbox.Connected(() => { });
        Task writing = Task.Run(() => FillRoom(), TestContext.Current.CancellationToken);
        await Eventually.True(() => _time.IsWaitingFor(OutputPump.Patience));

        _outbox.Hurry(Key);

        await writing.WithTimeout();
        Assert.Equal(TimeSpan.Zero, _time.Elapsed);
    }

    [Fact]
    public async Task Coordinator_CatchesUp_NothingIsSkipped()
    {
        _outbox.Connected(() => { });
        Task<int> writing = Task.Run(() => FillRoom(), TestContext.Current.CancellationToken);
        List<Proto.RunEvents> all = [];
        while (!writing.IsCompleted)
        {
            foreach (Proto.RunEvents report in Take())
            {
                all.Add(report);
                _outbox.Acknowledge(Key, report.Header.Sequence);
            }

            await Task.Yield();
        }

        int lines = await writing;
        _pump.Complete();
        all.AddRange(Take());
        Assert.Equal(lines, all.Sum(report => report.Events.Count));
        Assert.DoesNotContain(all.SelectMany(report => report.Events), one => one.Output.SkippedLines > 0);
    }

    [Fact]
    public void Spill_CoordinatorIsAway_KeepsEverythingInOrder()
    {
        using OutputPump pump = NewPump(maxLogBytes: 0, maxSpillBytes: 64 * 1024 * 1024);
        pump.Open();
        const int Lines = 30_000;
        for (int i = 0; i < Lines; i++)
            pump.Write(i % 10 == 0 ? Proto.OutputStream.Stderr : Proto.OutputStream.Stdout, Numbered(i));
        pump.Complete();
        Assert.False(pump.IsDelivered);
        Assert.InRange(new FileInfo(SpillFile).Length, 1024 * 1024, 64 * 1024 * 1024);

        _outbox.Connected(() => { });
        List<Proto.RunEvents> reports = Deliver(pump);

        Assert.Equal(Lines, reports.Sum(report => report.Events.Count));
        int line = 0;
        foreach (Proto.RunEvents report in reports)
        {
            Assert.Equal(line + 1, report.FirstSequence);
            Assert.All(report.Events, one => Assert.StartsWith($"{line++} ", one.Output.Text, StringComparison.Ordinal));
        }

        Assert.Equal(Enumerable.Range(1, reports.Count).Select(i => (long)i), reports.Select(one => one.Header.Sequence));
    }

    [Fact]
    public void Spill_IsFull_SkipsTheNewestAndSaysHowMany()
    {
        const long Bound = 600_000;
        using OutputPump pump = NewPump(maxLogBytes: 0, maxSpillBytes: Bound);
        pump.Open();
        const int Lines = 20_000;
        for (int i = 0; i < Lines; i++)
            pump.Write(Proto.OutputStream.Stdout, Numbered(i));
        pump.Complete();
        Assert.InRange(new FileInfo(SpillFile).Length, 1, Bound);

        _outbox.Connected(() => { });
        AssertInOrderUpToMarks(Deliver(pump), Lines);
    }

    [Fact]
    public void Spill_IsEmptiedAndFilledAgain_StaysWithinItsBoundAndInOrder()
    {
        const long Bound = 600_000;
        using OutputPump pump = NewPump(maxLogBytes: 0, maxSpillBytes: Bound);
        pump.Open();
        List<Proto.RunEvents> reports = [];
        const int Lines = 40_000;
        for (int i = 0; i < Lines; i++)
        {
            pump.Write(Proto.OutputStream.Stdout, Numbered(i));
            if (i % 2_000 != 0)
                continue;

            // Back for a moment, in which some of what waits is told.
            _outbox.Connected(() => { });
            TakeAndAcknowledge(reports);
            _time.Advance(TimeSpan.FromMilliseconds(400));
            _outbox.Disconnected();
            Assert.InRange(new FileInfo(SpillFile).Exists ? new FileInfo(SpillFile).Length : 0, 0, Bound);
        }

        pump.Complete();
        _outbox.Connected(() => { });
        reports.AddRange(Deliver(pump));
        AssertInOrderUpToMarks(reports, Lines);
    }

    [Fact]
    public void Spill_Hurry_SkipsWhatFindsNoRoomAndSaysHowMany()
    {
        using OutputPump pump = NewPump(maxLogBytes: 0, maxSpillBytes: 64 * 1024 * 1024);
        pump.Open();
        const int Lines = 30_010;
        for (int i = 0; i < Lines; i++)
            pump.Write(Proto.OutputStream.Stdout, Numbered(i));
        pump.Complete();

        pump.Hurry();

        Assert.True(pump.IsDelivered);
        _outbox.Connected(() => { });
        List<Proto.RunEvents> reports = Take();
        Assert.Contains(reports[^1].Events, one => one.Output.SkippedLines > 0);
        Assert.Equal($"{Lines - 1} ", reports[^1].Events[^1].Output.Text[..6]);
        AssertInOrderUpToMarks(reports, Lines);
    }

    [Fact]
    public void Spill_DiskIsFull_SkipsAsIfThereWereNone()
    {
        File.CreateSymbolicLink(SpillFile, "/dev/full");
        using OutputSpill full = NewSpill(1_000_000);
        Proto.RunEvents events = new() { ExecutorSessionId = "x" };

        Assert.False(full.TryAdd(events, default));
        Assert.False(full.TryAdd(events, default));

        Assert.True(full.IsEmpty);
    }

    [Fact]
    public void Spill_CoordinatorIsSlow_SlowsTheAgentDownToItsPace()
    {
        using OutputPump pump = NewPump(maxLogBytes: 0, maxSpillBytes: 64 * 1024 * 1024);
        pump.Open();
        for (int i = 0; i < 20_000; i++)
            pump.Write(Proto.OutputStream.Stdout, Numbered(i));
        _outbox.Connected(() => { });
        List<Proto.RunEvents> reports = [];
        TakeAndAcknowledge(reports);
        _time.Advance(TimeSpan.FromSeconds(1));
        long before = new FileInfo(SpillFile).Length;

        // Each batch that is written finds room for the oldest that waits.
        for (int i = 20_000; i < 40_000; i++)
        {
            pump.Write(Proto.OutputStream.Stdout, Numbered(i));
            TakeAndAcknowledge(reports);
        }

        pump.Complete();
        reports.AddRange(Deliver(pump));
        Assert.InRange(new FileInfo(SpillFile).Length, 0, before + (2 * EventBatch.MaxBytes));
        Assert.Equal(40_000, reports.Sum(report => report.Events.Count));
        AssertInOrderUpToMarks(reports, 40_000);
    }

    [Fact]
    public void RawLog_IsFull_SaysSoAndStops()
    {
        using OutputPump pump = NewPump(maxLogBytes: 10);
        pump.Write(Proto.OutputStream.Stdout, "01234"u8);
        pump.Write(Proto.OutputStream.Stdout, "56789abc"u8);
        pump.Write(Proto.OutputStream.Stdout, "more"u8);
        pump.Dispose();

        Assert.Equal(
            "0123456789\n[the rest is not kept: this file is full at 10 bytes]\n",
            File.ReadAllText(Path.Combine(_directory, "stdout.log")));
    }

    [Theory]
    [InlineData("0123456\u8a9e", "0123456\u8a9e", 10)]
    [InlineData("01234567\u8a9e", "01234567", 8)]
    [InlineData("012345678\u8a9e", "012345678", 9)]
    public void RawLog_IsFullWithinACharacter_EndsBeforeIt(string text, string kept, int bytes)
    {
        using OutputPump pump = NewPump(maxLogBytes: 10);
        foreach (byte one in Encoding.UTF8.GetBytes(text + "more"))
            pump.Write(Proto.OutputStream.Stdout, [one]);
        pump.Dispose();

        Assert.Equal(
            $"{kept}\n[the rest is not kept: this file is full at {bytes} bytes]\n",
            File.ReadAllText(Path.Combine(_directory, "stdout.log")));
    }

    [Fact]
    public void RawLog_CannotBeWritten_RunGoesOn()
    {
        _outbox.Connected(() => { });
        RawLog full = new("/dev/full", 1000, NullLogger.Instance);
        RawLog gone = new("/no/such/directory/stderr.log", 1000, NullLogger.Instance);
        using OutputPump pump = new(
            Key,
            _outbox,
            new RunnerClock(_time),
            new LineParser(Proto.OutputStream.Stdout),
            new OutputLogs(full, gone),
            NewSpill(0));
        pump.Open();
        pump.Write(Proto.OutputStream.Stdout, "out\n"u8);
        pump.Write(Proto.OutputStream.Stderr, "err\n"u8);
        pump.Complete();

        Assert.Equal(["out", "err"], Take().Single().Events.Select(one => one.Output.Text));
    }

    private OutputPump NewPump(long maxLogBytes, long maxSpillBytes = 0) => new(
        Key, _outbox, new RunnerClock(_time), new LineParser(Proto.OutputStream.Stdout),
        new OutputLogs(
            new RawLog(Path.Combine(_directory, "stdout.log"), maxLogBytes, NullLogger.Instance),
            new RawLog(Path.Combine(_directory, "stderr.log"), maxLogBytes, NullLogger.Instance)),
        NewSpill(maxSpillBytes));

    private OutputSpill NewSpill(long maxBytes) => new(SpillFile, maxBytes, NullLogger.Instance);

    private static byte[] Numbered(int line) => Encoding.UTF8.GetBytes($"{line} {new string('x', 100)}\n");

    /// <summary>Takes and acknowledges until everything was delivered.</summary>
    private List<Proto.RunEvents> Deliver(OutputPump pump)
    {
        List<Proto.RunEvents> reports = [];
        while (!pump.IsDelivered)
        {
            TakeAndAcknowledge(reports);
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }

        TakeAndAcknowledge(reports);
        return reports;
    }

    private void TakeAndAcknowledge(List<Proto.RunEvents> reports)
    {
        List<Proto.RunEvents> taken = Take();
        reports.AddRange(taken);
        if (taken.Count > 0)
            _outbox.Acknowledge(Key, taken[^1].Header.Sequence);
    }

    /// <summary>Every line is there in its place, or counted in the mark that stands there.</summary>
    private static void AssertInOrderUpToMarks(IEnumerable<Proto.RunEvents> reports, int lines)
    {
        long line = 0;
        long next = 1;
        foreach (Proto.RunEvents report in reports)
        {
            Assert.Equal(next, report.FirstSequence);
            next += report.Events.Count;
            foreach (Proto.SessionEvent one in report.Events)
            {
                if (one.Output.SkippedLines > 0)
                {
                    line += one.Output.SkippedLines;
                }
                else
                {
                    Assert.StartsWith($"{line} ", one.Output.Text, StringComparison.Ordinal);
                    line++;
                }
            }
        }

        Assert.Equal(lines, line);
    }

    /// <summary>Writes about a megabyte more than there is room for, and returns how many lines that were.</summary>
    private int FillRoom()
    {
        string line = new('x', 1023);
        int lines = (ReportOutbox.MaxEventBytes / 1024) + 1000;
        for (int i = 0; i < lines; i++)
            Write(line + "\n");
        return lines;
    }

    private void Write(string text, Proto.OutputStream stream = Proto.OutputStream.Stdout) =>
        _pump.Write(stream, Encoding.UTF8.GetBytes(text));

    private List<Proto.SessionEvent> TakeEvents()
    {
        List<Proto.RunEvents> reports = [];
        TakeAndAcknowledge(reports);
        return [.. reports.SelectMany(report => report.Events)];
    }

    private List<Proto.RunEvents> Take()
    {
        List<Proto.RunEvents> reports = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            reports.Add(frame.RunEvents);
        return reports;
    }

    private void AssertNumbered(int events)
    {
        _outbox.Connected(() => { });
        long next = 1;
        foreach (Proto.RunEvents report in Take())
        {
            Assert.Equal(next, report.FirstSequence);
            next += report.Events.Count;
        }

        Assert.Equal(events + 1, next);
    }
}
