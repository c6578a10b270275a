using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Tests.Containment;
using Coordinator.AgentRunner.Tests.Link;
using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Tests.Hosting;

/// <summary>The whole program with real agents, against a coordinator that is played.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class RunnerProgramTests : IAsyncLifetime
{
    private readonly TestFiles _files = new();
    private TestCoordinator _coordinator = null!;
    private RunnerProgram _runner = null!;
    private int _runs;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The agents here are shell scripts under Linux.");
        _coordinator = await TestCoordinator.StartAsync();
        _runner = RunnerProgram.Start(_files, _coordinator.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null)
            await _runner.DisposeAsync();
        if (_coordinator is not null)
            await _coordinator.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Run_ExitsByItself_IsReportedWithItsOutput()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string run = await StartAsync(connection, "echo hello; echo oops >&2; exit 3");

        List<Proto.RunnerFrame> reports = await ReportsAsync(connection, run);

        Assert.NotNull(reports[0].RunStarted);
        Assert.Equal(["hello", "oops"], Lines(reports).Order());
        Proto.RunEnded end = reports[^1].RunEnded;
        Assert.Equal(
            (Proto.RunOutcome.Exited, 3, 0, 0),
            (end.Outcome, end.ExitCode, end.ProcessesEnded, end.ProcessesLeft));
        Assert.Equal(Enumerable.Range(1, reports.Count).Select(i => (long)i), reports.Select(Sequence));
    }

    [Fact]
    public async Task Stop_AgentWithChildrenInSessionsOfTheirOwn_EndsThemAll()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string run = await StartAsync(connection, """
            sleep 4711 &
            setsid sleep 4711 &
            (setsid sh -c 'trap "" TERM; echo ready; while :; do sleep 4711; done' &)
            wait
            """);
        await OutputAsync(connection, run, "ready");

        await connection.StopAsync(run, TimeSpan.FromMilliseconds(300));
        List<Proto.RunnerFrame> reports = await ReportsAsync(connection, run);

        Assert.Equal(
            [Proto.StopPhase.Received, Proto.StopPhase.Signalled, Proto.StopPhase.Killed],
            reports.Where(report => report.StopProgress is not null).Select(report => report.StopProgress.Phase));
        Proto.RunEnded end = reports[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.Stopped, true, 0), (end.Outcome, end.Escalated, end.ProcessesLeft));
        Assert.InRange(end.ProcessesEnded, 4, 8);
        DateTimeOffset[] times =
        [
            .. reports
                .Select(report => report.StopProgress?.Time ?? report.RunEnded?.Time)
                .OfType<Timestamp>()
                .Select(time => time.ToDateTimeOffset()),
        ];
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[2] - times[0], TimeSpan.FromMilliseconds(299), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Stop_OneAgentIgnoresItsSignal_DoesNotDelayTheOther()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string stubborn = await StartAsync(connection, "trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await OutputAsync(connection, stubborn, "ready");
        string meek = await StartAsync(connection, "echo ready; exec sleep 4711");
        await OutputAsync(connection, meek, "ready");

        await connection.StopAsync(stubborn, TimeSpan.FromMinutes(1));
        await connection.StopAsync(meek, TimeSpan.FromMinutes(1));
        Assert.Equal("SIGTERM", (await ReportsAsync(connection, meek))[^1].RunEnded.Signal);

        await connection.StopAsync(stubborn, TimeSpan.FromMinutes(1), force: true);
        Proto.RunEnded end = (await ReportsAsync(connection, stubborn))[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.Stopped, "SIGKILL"), (end.Outcome, end.Signal));
    }

    [Fact]
    public async Task Connection_IsLostDuringARun_RunGoesOn()
    {
        TestCoordinator.Connection first = await _coordinator.NextWelcomedAsync();
        string gate = _files.At("gate");
        string run = await StartAsync(first, $"echo ready; while [ ! -e {gate} ]; do sleep 0.02; done; echo done");
        await OutputAsync(first, run, "ready");
        first.Cut();
        File.WriteAllText(gate, "");

        TestCoordinator.Connection second = await _coordinator.NextWelcomedAsync();
        List<Proto.RunnerFrame> reports = await ReportsAsync(second, run);

        Assert.NotNull(reports[0].RunStarted);
        Assert.Equal(["ready", "done"], Lines(reports));
        Assert.Equal(Proto.RunOutcome.Exited, reports[^1].RunEnded.Outcome);
    }

    [Fact]
    public async Task Runner_IsTerminated_EndsItsRunsReportsThemAndExitsWithZero()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string run = await StartAsync(connection, "echo ready; sleep 4711");
        await OutputAsync(connection, run, "ready");

        _runner.Terminate();

        Proto.RunEnded end = (await ReportsAsync(connection, run))[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, "SIGTERM"), (end.Outcome, end.Signal));
        await connection.AckAsync(end.Header);
        connection.Close();
        Assert.Equal(0, (await _runner.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Runner_IsTerminated_LetsItsRunsFinishAndTakesNoMore()
    {
        TestCoordinator.Connection connection = await StartAgainAsync("DrainTimeout=00:05:00");
        string gate = _files.At("gate");
        string run = await StartAsync(connection, $"echo ready; while [ ! -e {gate} ]; do sleep 0.02; done; exit 3");
        await OutputAsync(connection, run, "ready");

        _runner.Terminate();
        await connection.ReadAsync(frame => frame.Heartbeat is { Leaving: true });
        string late = await StartAsync(connection, "exit 0");
        Proto.RunEnded refused = (await ReportsAsync(connection, late))[^1].RunEnded;
        File.WriteAllText(gate, "");

        Proto.RunEnded end = (await ReportsAsync(connection, run))[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.Exited, 3), (end.Outcome, end.ExitCode));
        Assert.Equal(Proto.RunOutcome.NeverStarted, refused.Outcome);
        await connection.AckAsync(refused.Header);
        await connection.AckAsync(end.Header);
        Assert.Equal(0, (await _runner.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Runner_IsTerminatedTwice_StopsItsRunsWithTheirGrace()
    {
        TestCoordinator.Connection connection = await StartAgainAsync("DrainTimeout=00:05:00", "ShutdownGrace=00:05:00");
        string run = await StartAsync(connection, "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.02; done");
        await OutputAsync(connection, run, "ready");

        _runner.Terminate();
        await connection.ReadAsync(frame => frame.Heartbeat is { Leaving: true });
        _runner.Terminate();

        List<Proto.RunnerFrame> reports = await ReportsAsync(connection, run);
        Assert.Contains("bye", Lines(reports));
        Proto.RunEnded end = reports[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, 7, false), (end.Outcome, end.ExitCode, end.Escalated));
        await connection.AckAsync(end.Header);
        Assert.Equal(0, (await _runner.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Runner_IsTerminatedThrice_KillsItsRuns()
    {
        TestCoordinator.Connection connection = await StartAgainAsync("DrainTimeout=00:05:00", "ShutdownGrace=00:05:00");
        string run = await StartAsync(connection, "trap 'echo deaf' TERM; echo ready; while :; do sleep 0.02; done");
        await OutputAsync(connection, run, "ready");

        _runner.Terminate();
        await connection.ReadAsync(frame => frame.Heartbeat is { Leaving: true });
        _runner.Terminate();
        await OutputAsync(connection, run, "deaf");
        _runner.Terminate();

        Proto.RunEnded end = (await ReportsAsync(connection, run))[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, "SIGKILL", 0), (end.Outcome, end.Signal, end.ProcessesLeft));
        await connection.AckAsync(end.Header);
        Assert.Equal(0, (await _runner.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Runner_IsKilled_NextLifeReportsTheRunAsEndedByTheRestart()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string run = await StartAsync(connection, "echo ready; sleep 4711");
        await OutputAsync(connection, run, "ready");
        _runner.KillHard();
        await _runner.DisposeAsync();

        _runner = RunnerProgram.Start(_files, _coordinator.Address);
        TestCoordinator.Connection next = await _coordinator.NextWelcomedAsync();

        Proto.RunEnded end = (await ReportsAsync(next, run)).Single().RunEnded;
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, 0, 1L), (end.Outcome, end.ProcessesLeft, end.Header.Epoch));
    }

    [Fact]
    public async Task Runner_KilledAndStartedAgainAndTerminated_LeavesNoCgroup()
    {
        const int Shared = 1;       // LOCK_SH
        await _coordinator.NextWelcomedAsync();
        await using RunnerProgram killed = RunnerProgram.Start(_files, _coordinator.Address, "Name=killed", "DataDirectory=killed");
        await _coordinator.NextWelcomedAsync();
        string[] ofKilled = HomesOf("killed");

        // As another process of the same runner: until it is let go, no runner of another test takes it for abandoned.
        List<FileDescriptor> held = [.. ofKilled.Select(home => FileDescriptor.Open(home))];
        Assert.All(held, home => Assert.Equal(0, Libc.Lock(home.Number, Shared)));
        await killed.DisposeAsync();
        Assert.Equal(ofKilled, ofKilled.Where(Directory.Exists));
        held.ForEach(home => home.Dispose());

        await using RunnerProgram next = RunnerProgram.Start(_files, _coordinator.Address, "Name=next", "DataDirectory=next");
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        Assert.DoesNotContain(ofKilled, Directory.Exists);
        string run = await StartAsync(connection, "exit 0");
        List<Proto.RunnerFrame> reports = await ReportsAsync(connection, run);
        await connection.AckAsync(reports[^1].RunEnded.Header);
        string[] ofNext = HomesOf("next");
        Assert.Equal(reports[0].RunStarted.Containment == ContainmentKind.Cgroup ? 1 : 0, ofNext.Length);
        Assert.Equal(ofKilled.Length, ofNext.Length);
        next.Terminate();

        Assert.Equal(0, (await next.ExitAsync()).ExitCode);
        Assert.DoesNotContain(ofNext, Directory.Exists);
        Assert.False(Directory.Exists(_files.At("next", "rehearsal")));

        // Runners of other tests come and go meanwhile.
        string[] HomesOf(string name)
        {
            string id = RunnerIdentifier.Derive(Environment.MachineName, _files.Root, name);
            return [.. CgroupLeftovers.Homes().Where(home => home.EndsWith(id, StringComparison.Ordinal))];
        }
    }

    [Fact]
    public async Task Run_OddPromptDirectoryAndNames_AreTakenAndToldAsTheyAre()
    {
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        string directory = _files.CreateDirectory("プロジェクト ä \u202eb 🚀");
        string run = await StartAsync(
            connection,
            """
            -x; export LANG=C LC_ALL=C; pwd; touch naïve.txt "$(printf 'bad-\377\376-name')"
            for name in *; do printf '%s\n' "$name"; done
            rm -- bad-*
            """,
            directory);

        List<Proto.RunnerFrame> reports = await ReportsAsync(connection, run);

        Assert.Equal(0, reports[^1].RunEnded.ExitCode);
        Assert.Equal(
            [directory, "bad-\ufffd\ufffd-name", "naïve.txt"],
            Lines(reports).Where(line => !line.Contains("-x", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Runner_ToldToEndWithItsParent_EndsWhenItsInputDoes()
    {
        TestCoordinator.Connection connection = await StartAgainAsync("EndWithParent=true");
        string run = await StartAsync(connection, "trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await OutputAsync(connection, run, "ready");

        _runner.CloseInput();

        Proto.RunEnded end = (await ReportsAsync(connection, run))[^1].RunEnded;
        Assert.Equal((Proto.RunOutcome.RunnerRestarted, "SIGKILL"), (end.Outcome, end.Signal));
        await connection.AckAsync(end.Header);
        Assert.Equal(0, (await _runner.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Runner_WrongSettings_ListsThemAllAndExitsWithTwo()
    {
        await using RunnerProgram runner = RunnerProgram.Start(_files, new Uri("ftp://nowhere"), "Capacity=0");

        (int exitCode, string errors) = await runner.ExitAsync();

        Assert.Equal(2, exitCode);
        Assert.Equal(2, errors.Trim().Split('\n').Length);
    }

    private async Task<TestCoordinator.Connection> StartAgainAsync(params string[] settings)
    {
        TestCoordinator.Connection first = await _coordinator.NextWelcomedAsync();
        await _runner.DisposeAsync();
        first.Close();
        _runner = RunnerProgram.Start(_files, _coordinator.Address, settings);
        return await _coordinator.NextWelcomedAsync();
    }

    private async Task<string> StartAsync(TestCoordinator.Connection connection, string script, string directory = "")
    {
        string run = $"run_{Environment.ProcessId}_{Interlocked.Increment(ref _runs)}";
        await connection.WriteAsync(new Proto.CoordinatorFrame
        {
            StartRun = new Proto.StartRun
            {
                CommandId = $"cmd_{run}",
                RunId = run,
                SessionId = "ses_a",
                Epoch = 1,
                Executor = "command",
                Prompt = script,
                ProjectDir = directory,
            },
        });
        return run;
    }

    private static Task<Proto.RunnerFrame> OutputAsync(
        TestCoordinator.Connection connection, string run, string line) =>
        connection.ReadAsync(frame => frame.RunEvents is { } events
            && events.Header.RunId == run
            && events.Events.Any(one => one.Output?.Text == line));

    /// <summary>All reports about the run, up to its end.</summary>
    private static async Task<List<Proto.RunnerFrame>> ReportsAsync(TestCoordinator.Connection connection, string run)
    {
        List<Proto.RunnerFrame> reports = [];
        await connection.ReadAsync(frame =>
        {
            if (Header(frame)?.RunId == run)
                reports.Add(frame);
            return frame.RunEnded?.Header.RunId == run;
        });
        return reports;
    }

    private static Proto.ReportHeader? Header(Proto.RunnerFrame frame) =>
        frame.RunStarted?.Header ?? frame.RunEvents?.Header ?? frame.StopProgress?.Header ?? frame.RunEnded?.Header;

    private static long Sequence(Proto.RunnerFrame frame) => Header(frame)!.Sequence;

    private static List<string> Lines(IEnumerable<Proto.RunnerFrame> reports) =>
    [
        .. reports
            .Where(report => report.RunEvents is not null)
            .SelectMany(report => report.RunEvents.Events)
            .Select(one => one.Output.Text),
    ];
}
