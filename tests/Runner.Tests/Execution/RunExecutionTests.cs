using System.Text;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Coordinator.AgentRunner.Tests.Journal;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class RunExecutionTests : IAsyncDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(60);

    private const string Working = """{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"Go on."}]}}""";
    private const string Done = """{"type":"result","is_error":false,"result":"All done.","num_turns":3,"total_cost_usd":0.42}""";
    private const string Failed = """{"type":"result","is_error":true,"subtype":"error_max_turns","errors":["Too many turns."]}""";

    private readonly string _data = Directory.CreateTempSubdirectory("run-execution").FullName;
    private readonly ManualTime _time = new();
    private readonly RunnerClock _clock;
    private readonly ReportOutbox _outbox;
    private readonly FakeContainment _containment;
    private readonly TaskCompletionSource<Proto.RunEnded> _ended = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryJournalStore _store = new();
    private readonly RunJournal _journal;
    private readonly RunSurroundings _surroundings;
    private readonly RunDirectories _directories;
    private readonly ExecutorAvailability _availability = new(
        [new ExecutorState("missing", null), new ExecutorState("shell", null)], NullLogger<ExecutorAvailability>.Instance);
    private RunExecution? _run;
    private Task _running = Task.CompletedTask;
    private readonly Proto.StartRun _command = new()
    {
        CommandId = "cmd_1",
        RunId = "run_a",
        SessionId = "ses_a",
        Epoch = 3,
        Executor = "shell",
        Prompt = "echo hello",
        AgentName = "tester",
    };

    public RunExecutionTests()
    {
        _clock = new RunnerClock(_time);
        _outbox = new ReportOutbox(_time);
        _outbox.Connected(() => { });
        _journal = Journals.Open(_clock, _store);
        _containment = new FakeContainment(_time);
        _directories = new RunDirectories(
            _data,
            new RunDirectoryLimits(1000, 1_000_000, 200, TimeSpan.FromDays(7)),
            _clock,
            NullLogger<RunDirectories>.Instance);
        ExecutorCatalog executors = new(new Dictionary<string, ExecutorSettings>
        {
            ["shell"] = new() { Command = "/bin/sh", Args = ["-c", "{prompt}"] },
            ["stdin"] = new() { Command = "/bin/sh", PromptVia = "stdin", SoftStop = "interrupt" },
            ["claude"] = new() { Command = "/bin/sh", PromptVia = "stdin", Output = "claude-stream-json" },
            ["missing"] = new() { Command = "no-such-program" },
        });
        _surroundings = new RunSurroundings
        {
            Containment = _containment,
            Executors = executors,
            Launches = new LaunchPreparer(
                new AgentEnvironment(new Dictionary<string, string> { ["PATH"] = "/bin" }), workingDirectory: "/", _availability),
            Directories = _directories,
            Journal = _journal,
            Reports = _outbox,
            Clock = _clock,
            SweepGrace = TimeSpan.FromSeconds(2),
            LingerTimeout = Linger,
        };
    }

    private FakeContainer Container => _containment.Container;

    public async ValueTask DisposeAsync()
    {
        // A run writes to its directory until its end.
        Container.Die("SIGKILL");
        await _running.WithTimeout();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Run_AgentExitsByItself_ReportsItsExitCode()
    {
        RunExecution run = Begin();
        await _containment.Started.WithTimeout();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.ExitAgent(7);

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(
            (Proto.RunOutcome.Exited, 7, "", 0, 0),
            (end.Outcome, end.ExitCode, end.Signal, end.ProcessesEnded, end.ProcessesLeft));
        Assert.Equal(["RunStarted"], Kinds());
        Assert.True(Container.IsDisposed || await BecomesDisposedAsync());
        Assert.Equal(Proto.HeldRunState.Ended, run.State);
    }

    [Fact]
    public async Task Run_ReportsItsStartBeforeItsOutput()
    {
        SyncPoint starting = new();
        _containment.Gate = starting.PassAsync(TestContext.Current.CancellationToken);
        Begin();
        await _containment.Started.WithTimeout();
        _containment.Launch!.Output.Write(Proto.OutputStream.Stdout, "early\n"u8);
        starting.Release();
        await Eventually.True(() => _outbox.TryTake(out Proto.RunnerFrame? frame) && frame.RunStarted is not null);

        await Eventually.True(() =>
        {
            // Again and again: the output may be let go only after the start was taken.
            _time.Advance(TimeSpan.FromMilliseconds(20));
            return _outbox.TryTake(out Proto.RunnerFrame? frame) && frame.RunEvents.Events[0].Output.Text == "early";
        });
    }

    [Fact]
    public async Task Stop_AgentHadExitedBeforeTheFirstSignal_IsTooLate()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);

        // It has exited, but nobody was told yet.
        Container.HasAgentExited = true;
        Container.Alive = 0;
        Stop(run, 10);
        await Eventually.True(() => _time.NextDue is not null);
        Container.ExitAgent(0);
        Proto.RunEnded end = await _ended.Task.WithTimeout();

        Assert.Equal((Proto.RunOutcome.Exited, true, 0), (end.Outcome, end.HasExitCode, end.ExitCode));
        Assert.Empty(Container.Signals);
        Assert.Equal(["RunStarted", "Received"], Kinds());
    }

    [Fact]
    public async Task Stop_AgentExitsWithZeroAfterTheFirstSignal_IsStopped()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.OnTerminate = () => Container.ExitAgent(0);

        Stop(run, 10);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal(
            (Proto.RunOutcome.Stopped, 0, false, 1),
            (end.Outcome, end.ExitCode, end.Escalated, end.ProcessesEnded));
        Assert.Equal(["RunStarted", "Received", "Signalled"], Kinds());
    }

    [Fact]
    public async Task Stop_Force_CountsAsTheFirstSignal()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.Alive = 4;
        Container.OnKill = () => Container.Die("SIGKILL");

        run.Stop(StopOrder.Now(StopOrigin.Coordinator, _clock.Now));
        Proto.RunEnded end = await EndAsync();

        Assert.Equal(
            (Proto.RunOutcome.Stopped, "SIGKILL", true, 4),
            (end.Outcome, end.Signal, end.Escalated, end.ProcessesEnded));
        Assert.Equal(["RunStarted", "Received", "Signalled", "Killed"], Kinds());
    }

    [Fact]
    public async Task Stop_SomethingIsFoundOutsideOfTheContainer_IsNotCalledStopped()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.Elsewhere = 2;
        Container.OnTerminate = () => Container.ExitAgent(0);

        Stop(run, 10);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.ContainmentBroken, 0), (end.Outcome, end.ProcessesLeft));
        Assert.StartsWith("The run was broken out of: something was elsewhere.", end.Error, StringComparison.Ordinal);
        Assert.Equal(2, Container.Proofs);
    }

    [Fact]
    public async Task Run_ContainerIsBrokenWhileItRuns_IsKilledAtOnce()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.OnKill = () => Container.Die("SIGKILL");

        Container.Break("its supervisor was killed");
        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.ContainmentBroken, "SIGKILL"), (end.Outcome, end.Signal));
        Assert.Contains("its supervisor was killed", end.Error, StringComparison.Ordinal);
        Assert.Equal(["KILL"], Container.Signals.Select(one => one.Signal));
        Assert.Equal(["RunStarted"], Kinds());
    }

    [Fact]
    public async Task Stop_WhileTheStartWaitsForRoom_PreventsIt()
    {
        _containment.IsFull = true;
        RunExecution run = Begin();
        await _containment.Started.WithTimeout();

        Stop(run, 10);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.NeverStarted, end.Outcome);
        Assert.DoesNotContain("RunStarted", Kinds());
    }

    [Fact]
    public async Task Stop_BeforeTheSpawn_PreventsIt()
    {
        _run = new RunExecution(_command, _surroundings, end => _ended.TrySetResult(end), NullLogger.Instance);
        Stop(_run, 10);
        _running = _run.RunAsync();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.NeverStarted, end.Outcome);
        Assert.Null(_containment.Launch);
        Assert.Equal(["Received"], Kinds());
    }

    [Fact]
    public async Task Stop_WhileTheAgentIsBeingSpawned_StopsItAsSoonAsItLives()
    {
        SyncPoint spawning = new();
        _containment.Gate = spawning.PassAsync(TestContext.Current.CancellationToken);
        RunExecution run = Begin();
        await _containment.Started.WithTimeout();
        Container.OnTerminate = () => Container.Die("SIGTERM");

        Stop(run, 10);
        spawning.Release();
        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.Stopped, "SIGTERM"), (end.Outcome, end.Signal));
        Assert.Equal(["Received", "RunStarted", "Signalled"], Kinds());
    }

    [Fact]
    public async Task Stop_ProfileHasASoftStep_BeginsWithIt()
    {
        _command.Executor = "stdin";
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.OnInterrupt = () => Container.ExitAgent(130);

        Stop(run, 9);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.Stopped, 130), (end.Outcome, end.ExitCode));
        Assert.Equal(["INT"], Container.Signals.Select(one => one.Signal));
    }

    [Fact]
    public async Task Run_LeavesDescendantsBehind_IsReportedOnlyWhenTheyAreGone()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.Alive = 3;
        Container.OnKill = () => Container.Alive = 0;
        Container.ExitAgent(0);
        await Eventually.True(() => !Container.Signals.IsEmpty);
        Assert.False(_ended.Task.IsCompleted);

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(
            (Proto.RunOutcome.Exited, 0, true, 2),
            (end.Outcome, end.ExitCode, end.Escalated, end.ProcessesEnded));
        Assert.Equal(TimeSpan.FromSeconds(2), Container.KilledAt);
        Assert.Equal(["RunStarted"], Kinds());
    }

    [Fact]
    public async Task Run_ShutdownOfTheRunner_IsNoStopOfTheCoordinator()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.OnTerminate = () => Container.Die("SIGTERM");

        run.Stop(StopOrder.After(StopOrigin.Shutdown, _clock.Now, TimeSpan.FromSeconds(5)));
        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.RunnerRestarted, end.Outcome);
        Assert.NotEmpty(end.Error);
        Assert.Equal(["RunStarted"], Kinds());
    }

    /// <summary>What waits for it is not sent here any more, and need not fail until the next look.</summary>
    [Fact]
    public async Task Run_ItsProgramHasVanished_TakesTheExecutorBack()
    {
        _command.Executor = "missing";
        Begin();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.StartFailed, end.Outcome);
        Assert.Equal(
            "The program \"no-such-program\" of executor \"missing\" was not found in the runner's PATH. " +
            "Install it on this machine, or set Runner:Executors:missing:Command to its full path.",
            end.Error);
        Assert.Equal(["shell"], _availability.Current.Where(state => state.IsAvailable).Select(state => state.Name));
    }

    [Theory]
    [InlineData("missing", "", "no-such-program")]
    [InlineData("unknown", "", "Runner:Executors:unknown")]
    [InlineData("shell", "relative/path", "absolute")]
    [InlineData("shell", "/no/such/directory", "/no/such/directory")]
    [InlineData("command", "", "Runner:Executors:command:Enabled=true")]
    public async Task Run_SomethingIsMissing_FailsWithASentenceThatSaysWhat(
        string executor, string directory, string said)
    {
        _command.Executor = executor;
        _command.ProjectDir = directory;
        Begin();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.StartFailed, end.Outcome);
        Assert.Contains(said, end.Error, StringComparison.Ordinal);
        Assert.Null(_containment.Launch);
    }

    [Fact]
    public async Task Run_ContainmentCannotStartIt_FailsWithItsSentence()
    {
        _containment.Failure = new AgentStartException("Out of processes.");
        Begin();

        Assert.Equal("Out of processes.", (await EndAsync()).Error);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task Run_IdIsNoName_TouchesNothing(string runId)
    {
        _command.RunId = runId;
        Begin();

        Assert.Equal(Proto.RunOutcome.StartFailed, (await EndAsync()).Outcome);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_data));
    }

    [Fact]
    public async Task Run_PromptViaStdin_LiesInAFileOnlyTheUserCanRead()
    {
        _command.Executor = "stdin";
        Begin();
        await _containment.Started.WithTimeout();

        string file = _containment.Launch!.StandardInputFile!;
        Assert.Equal("echo hello", File.ReadAllText(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }
    }

    [Fact]
    public async Task Run_Ended_SaysSoInItsDirectory()
    {
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.ExitAgent(0);
        await EndAsync();
        await _running.WithTimeout();

        string manifest = await File.ReadAllTextAsync(
            Path.Combine(_data, "runs", "run_a", "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("\"outcome\": \"Exited\"", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IsWrittenDownBeforeAndAfterItIsSpawned()
    {
        Container.Trace = new ContainerTrace { Processes = [new ProcessIdentity(4711, 17)] };
        SyncPoint spawning = new();
        _containment.Gate = spawning.PassAsync(TestContext.Current.CancellationToken);
        RunExecution run = Begin();
        await _containment.Started.WithTimeout();
        JournalEntry before = Assert.Single(_journal.Entries);
        Assert.Equal((true, (ContainerTrace?)null), (before.WasSpawned, before.Trace));

        spawning.Release();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);

        Assert.Equal(Container.Trace, Assert.Single(_journal.Entries).Trace);
    }

    [Fact]
    public async Task Run_JournalIsFullBeforeTheSpawn_SpawnsNothing()
    {
        _store.Room = 0;
        Begin();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.StartFailed, RunJournal.Full), (end.Outcome, end.Error));
        Assert.Null(_containment.Launch);
    }

    [Fact]
    public async Task Run_ExitsWhileOutputWaitsForTheCoordinator_IsToldAfterItAndKnownBefore()
    {
        _outbox.Disconnected();
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        int lines = WriteMoreThanThereIsRoomFor();
        Container.ExitAgent(0);
        await Eventually.True(() => _journal.Entries[0].End is { Outcome: Proto.RunOutcome.Exited, Header.Sequence: 0 });
        Assert.False(_ended.Task.IsCompleted);

        _outbox.Connected(() => { });
        int told = 0;
        while (!_ended.Task.IsCompleted)
        {
            while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            {
                told += frame.RunEvents?.Events.Count ?? 0;
                _outbox.Acknowledge(new RunKey("run_a", 3), (frame.RunEvents?.Header ?? frame.RunStarted.Header).Sequence);
            }

            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            told += frame.RunEvents.Events.Count;
        Assert.Equal(lines, told);
    }

    [Fact]
    public async Task Stop_WhileOutputWaitsForTheCoordinator_WaitsForNoneOfIt()
    {
        _outbox.Disconnected();
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        int lines = WriteMoreThanThereIsRoomFor();
        Container.OnTerminate = () => Container.Die("SIGTERM");

        Stop(run, 10);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal(Proto.RunOutcome.Stopped, end.Outcome);
        _outbox.Connected(() => { });
        List<Proto.SessionEvent> events = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            events.AddRange(frame.RunEvents?.Events ?? []);
        Assert.True(events.Sum(one => one.Output.SkippedLines) > 0);
        Assert.Equal(lines, events.Sum(one => Math.Max(1, one.Output.SkippedLines)));
    }

    [Fact]
    public async Task Run_OutputNeverEnds_DoesNotHoldTheEndUp()
    {
        Container.OutputDrained = new TaskCompletionSource().Task;
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        Container.ExitAgent(0);

        await EndAsync();

        Assert.InRange(_time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Linger_AgentGaveItsResultAndDoesNotExit_IsEndedAndJudgedByIt()
    {
        await BeginAsync("claude");
        Container.SeenNames = ["claude", "node"];
        Container.Alive = 2;
        Container.OnTerminate = () => Container.Die("SIGTERM");
        Print(Done);
        await LingersAsync();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(
            (Proto.RunOutcome.Exited, true, "All done.", false, 2),
            (end.Outcome, end.EndedAfterResult, end.ResultText, end.ResultIsError, end.ProcessesEnded));
        Assert.Equal(["claude", "node"], end.EndedCommands);
        Assert.Equal("", end.StandardError);
        Assert.Equal([("TERM", Linger)], Container.Signals);
        Assert.DoesNotContain("Signalled", Kinds());
    }

    [Fact]
    public async Task Linger_AgentIgnoresSigterm_IsKilledAfterTheSweepGrace()
    {
        await BeginAsync("claude");
        Container.OnKill = () => Container.Die("SIGKILL");
        Print(Failed);
        await LingersAsync();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal((true, "Too many turns.", true, true), (end.EndedAfterResult, end.ResultText, end.ResultIsError, end.Escalated));
        Assert.Equal(Linger + TimeSpan.FromSeconds(2), Container.KilledAt);
    }

    [Fact]
    public async Task Linger_AgentExitsInTime_IsNotEnded()
    {
        await BeginAsync("claude");
        Print(Done);
        _time.Advance(Linger - TimeSpan.FromSeconds(1));
        Container.ExitAgent(0);

        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.Exited, false, 0), (end.Outcome, end.EndedAfterResult, end.ExitCode));
        Assert.Empty(Container.Signals);
    }

    [Fact]
    public async Task Linger_AgentGoesOnAfterItsResult_IsCountedFromTheNextOne()
    {
        await BeginAsync("claude");
        Container.OnTerminate = () => Container.Die("SIGTERM");
        Print(Done);
        _time.Advance(TimeSpan.FromSeconds(50));
        Print(Working);
        _time.Advance(TimeSpan.FromSeconds(50));
        Print(Done);
        await LingersAsync();

        await EndAsync();

        Assert.Equal([("TERM", TimeSpan.FromSeconds(100) + Linger)], Container.Signals);
    }

    [Fact]
    public async Task Stop_WhileTheAgentLingers_IsAStopThatKeepsTheResult()
    {
        RunExecution run = await BeginAsync("claude");
        Container.OnTerminate = () => Container.Die("SIGTERM");
        Print(Done);
        _time.Advance(TimeSpan.FromSeconds(30));

        Stop(run, 10);
        await Eventually.True(() => !Container.Signals.IsEmpty);
        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.Stopped, false, "All done."), (end.Outcome, end.EndedAfterResult, end.ResultText));
        Assert.Equal([("TERM", TimeSpan.FromSeconds(30))], Container.Signals);
        Assert.Contains("Signalled", Kinds());
    }

    [Fact]
    public async Task Stop_AfterTheLingeringAgentWasSignalled_ComesTooLateButMakesItFaster()
    {
        RunExecution run = await BeginAsync("claude");
        Container.OnTerminate = () => Stop(run, 1);
        Container.OnKill = () => Container.Die("SIGKILL");
        Print(Done);
        await LingersAsync();

        Proto.RunEnded end = await EndAsync();

        Assert.Equal((Proto.RunOutcome.Exited, true), (end.Outcome, end.EndedAfterResult));
        Assert.Equal(Linger + TimeSpan.FromSeconds(1), Container.KilledAt);
    }

    [Fact]
    public async Task Result_IsToldWhenItComes()
    {
        await BeginAsync("claude");
        DateTimeOffset printed = _clock.Now;
        Print(Done);

        Proto.RunEvents told = await EventsAsync();
        Assert.Empty(told.Events);
        Assert.Equal(printed, told.ResultTime.ToDateTimeOffset());
        Assert.Equal((420_000, 3), (told.Usage.CostMicros, told.Usage.Turns));

        Print(Working);
        Assert.Null((await EventsAsync()).ResultTime);
    }

    [Fact]
    public async Task Run_FailsWithOutputOnStandardError_TellsItsEnd()
    {
        await BeginAsync("shell");
        _containment.Launch!.Output.Write(Proto.OutputStream.Stderr, "No conversation\u0007 found\n"u8);
        Container.ExitAgent(1);

        Proto.RunEnded end = await EndAsync();

        Assert.Equal("No conversation\uFFFD found", end.StandardError);
    }

    [Fact]
    public async Task Run_SucceedsWithOutputOnStandardError_TellsNoneOfIt()
    {
        await BeginAsync("shell");
        _containment.Launch!.Output.Write(Proto.OutputStream.Stderr, "warning\n"u8);
        Container.ExitAgent(0);

        Assert.Equal("", (await EndAsync()).StandardError);
    }

    [Fact]
    public async Task Run_LeavesDescendantsBehind_TellsTheirNamesAndNotItsOwn()
    {
        await BeginAsync("shell");
        Container.SeenNames = ["agent", "sleep\n", new string('ü', 100), .. Enumerable.Range(0, 30).Select(i => $"p{i}")];
        Container.Alive = 3;
        Container.OnTerminate = () => Container.Die("SIGTERM");
        Container.ExitAgent(0);

        Proto.RunEnded end = await EndAsync();

        Assert.Equal(20, end.EndedCommands.Count);
        Assert.Equal(["sleep\uFFFD", new string('ü', 32), "p0"], end.EndedCommands.Take(3));
    }

    private async Task<RunExecution> BeginAsync(string executor)
    {
        _command.Executor = executor;
        RunExecution run = Begin();
        await Eventually.True(() => run.State == Proto.HeldRunState.Running);
        return run;
    }

    private void Print(string line) => _containment.Launch!.Output.Write(Proto.OutputStream.Stdout, Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The run waits for its agent to exit; the clock must not go on before it does.</summary>
    private Task LingersAsync() => Eventually.True(() => _time.IsWaitingFor(Linger));

    private async Task<Proto.RunEvents> EventsAsync()
    {
        Proto.RunnerFrame? frame = null;
        await Eventually.True(() =>
        {
            // Again and again: the output may be let go only after the start was taken.
            _time.Advance(TimeSpan.FromMilliseconds(20));
            return _outbox.TryTake(out frame) && frame.RunEvents is not null;
        });
        return frame!.RunEvents;
    }

    private int WriteMoreThanThereIsRoomFor()
    {
        const int Lines = 3000;
        byte[] line = [.. Enumerable.Repeat((byte)'x', 500), (byte)'\n'];
        for (int i = 0; i < Lines; i++)
            _containment.Launch!.Output.Write(Proto.OutputStream.Stdout, line);
        return Lines;
    }

    private RunExecution Begin()
    {
        _run = new RunExecution(_command, _surroundings, end => _ended.TrySetResult(end), NullLogger.Instance);
        _running = _run.RunAsync();
        return _run;
    }

    private void Stop(RunExecution run, int graceSeconds) =>
        run.Stop(StopOrder.After(StopOrigin.Coordinator, _clock.Now, TimeSpan.FromSeconds(graceSeconds)));

    private async Task<Proto.RunEnded> EndAsync()
    {
        await _time.DriveAsync(_ended.Task);
        return await _ended.Task;
    }

    private async Task<bool> BecomesDisposedAsync()
    {
        await Eventually.True(() => Container.IsDisposed);
        return true;
    }

    private List<string> Kinds()
    {
        List<string> kinds = [];
        while (_outbox.TryTake(out Proto.RunnerFrame? frame))
            kinds.Add(frame.StopProgress?.Phase.ToString() ?? frame.FrameCase.ToString());
        return kinds;
    }
}
