using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Tests.Reports;

/// <summary>What runners tell about their agents besides output: results, usage, last words, and what had to be ended.</summary>
public sealed class AgentFactsTests
{
    private static readonly Timestamp s_resultTime =
        Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Result_OfALivingAgent_IsShownUntilItGoesOn()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        await TellAsync(runner, start, new Proto.RunEvents { ResultTime = s_resultTime });
        Proto.Session lingering = await coordinator.SessionAsync(session.SessionId);
        Assert.Equal((Proto.SessionStatus.Running, s_resultTime), (lingering.Status, lingering.ResultTime));
        Assert.True(lingering.Revision > session.Revision);
        Assert.Equal(s_resultTime, (await coordinator.RunAsync(start.RunId)).ResultTime);

        await TellAsync(runner, start, new Proto.RunEvents());
        Assert.Null((await coordinator.SessionAsync(session.SessionId)).ResultTime);
    }

    [Fact]
    public async Task End_AfterALingeringResult_IsJudgedByIt()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.Run fine = await EndAsync(
            coordinator, runner, null, end => (end.EndedAfterResult, end.Signal, end.ResultText) = (true, "SIGTERM", "All done."));
        Proto.Run wrong = await EndAsync(
            coordinator, runner, 143, end => (end.EndedAfterResult, end.ResultIsError, end.ResultText) = (true, true, "Too many turns."));

        Assert.Equal((Proto.RunStatus.Completed, false, true), (fine.Status, fine.HasExitCode, fine.EndedAfterResult));
        Assert.Equal("All done.", (await coordinator.Sessions.GetSessionResultAsync(new() { SessionId = fine.SessionId })).ResultText);
        Assert.Equal(
            (Proto.RunStatus.Failed, "AGENT_ERROR", "Too many turns.", false),
            (wrong.Status, wrong.Failure.Reason, wrong.Failure.Message, wrong.HasExitCode));
        Assert.All([fine, wrong], run => Assert.Null(run.Stop));
    }

    [Fact]
    public async Task Stop_ThatCameTooLateForALingeringAgent_SaysSo()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0, end => end.EndedAfterResult = true);

        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Completed, Proto.StopOutcome.TooLate), (run.Status, run.Stop.Outcome));
    }

    [Fact]
    public async Task End_WithProcessesEnded_TellsThemEverywhere()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.Run run = await EndAsync(coordinator, runner, 0, end =>
        {
            end.ProcessesEnded = 40;
            end.EndedCommands.Add(["sleep", "s\u0007h", new string('ü', 100), .. Enumerable.Repeat("x", 30)]);
        });

        Assert.Equal((40, 20), (run.ProcessesEnded, run.EndedCommands.Count));
        Assert.Equal(["sleep", "s\uFFFDh", new string('ü', 32), "x"], run.EndedCommands.Take(4));
        Proto.Session session = await coordinator.SessionAsync(run.SessionId);
        Assert.Equal((40, run.EndedCommands), (session.ProcessesEnded, session.EndedCommands));
        Proto.RunCompletedEvent completed = (await EventsAsync(coordinator, run.SessionId))[^1].RunCompleted;
        Assert.Equal((40, run.EndedCommands), (completed.ProcessesEnded, completed.EndedCommands));
    }

    [Fact]
    public async Task End_OfEveryKind_TellsWhatWasEndedInTheTimeline()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.Run failed = await EndAsync(coordinator, runner, 1, Ended);
        Proto.Run restarted = await EndAsync(coordinator, runner, null, Ended, Proto.RunOutcome.RunnerRestarted);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped, null, Ended);
        Proto.Run stopped = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);

        Assert.All([failed, restarted, stopped], run => Assert.Equal((2, ["sleep", "sh"]), (run.ProcessesEnded, run.EndedCommands)));
        foreach (Proto.Run run in (Proto.Run[])[failed, restarted])
        {
            Assert.Equal(
                (2, ["sleep", "sh"]), ((await EventsAsync(coordinator, run.SessionId))[^1].RunFailed.ProcessesEnded, run.EndedCommands));
        }

        Assert.Equal(["sleep", "sh"], (await EventsAsync(coordinator, session.SessionId))[^1].RunStopped.EndedCommands);
        Assert.Equal(2, stopped.Stop.ProcessesEnded);

        static void Ended(Proto.RunEnded end)
        {
            end.ProcessesEnded = 2;
            end.EndedCommands.Add(["sleep", "sh"]);
        }
    }

    [Fact]
    public async Task Failure_SaysWhatTheAgentSaidLast()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.Run spoke = await EndAsync(coordinator, runner, 1, end => end.StandardError = "No conversation\u001b found\nBye");
        Proto.Run reported = await EndAsync(
            coordinator,
            runner,
            1,
            end => (end.ResultIsError, end.ResultText, end.StandardError) = (true, "Too many turns.", new string('e', 5000)));
        Proto.Run mute = await EndAsync(coordinator, runner, 3);
        Proto.Run error = await EndAsync(coordinator, runner, 0, end => (end.ResultIsError, end.StandardError) = (true, "oops"));
        Proto.Run killed = await EndAsync(coordinator, runner, null, end => (end.Signal, end.StandardError) = ("SIGSEGV", "boom"));

        Assert.Equal("The agent exited with code 1. Its standard error ends with: No conversation\uFFFD found\nBye", spoke.Failure.Message);
        Assert.Equal(
            $"The agent exited with code 1. It reported: Too many turns. Its standard error ends with: {new string('e', 1000)}",
            reported.Failure.Message);
        Assert.Equal("The agent exited with code 3. Its output says why.", mute.Failure.Message);
        Assert.Equal(
            ("AGENT_ERROR", "The agent reported an error. Its standard error ends with: oops"),
            (error.Failure.Reason, error.Failure.Message));
        Assert.Equal("KILLED_BY_SIGNAL", killed.Failure.Reason);
        Assert.EndsWith("with SIGSEGV. Its standard error ends with: boom", killed.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_IsShownWhileTheAgentRunsAndWhenItHasEnded()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        Assert.Null((await coordinator.SessionAsync(session.SessionId)).Usage);

        await TellAsync(runner, start, new Proto.RunEvents { Usage = new() { InputTokens = 1000, OutputTokens = 30, ModelCalls = 1 } });
        Assert.Equal("1,000 in, 30 out", (await coordinator.SessionAsync(session.SessionId)).Usage.Summary);

        // A runner that says nothing of it does not take it back.
        await TellAsync(runner, start, new Proto.RunEvents());
        Assert.Equal(1000, (await coordinator.RunAsync(start.RunId)).Usage.InputTokens);

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0, end => end.Usage = Sample());
        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal("$0.42 · 7 turns · 1,200 in, 34 out · 1 tool refused: Bash", run.Usage.Summary);
        Assert.Equal(
            (421_700, 7, "Bash", "t1"),
            (run.Usage.CostMicros, run.Usage.Turns, run.Usage.PermissionDenials[0].ToolName, run.Usage.PermissionDenials[0].ToolCallId));
        Assert.Equal(run.Usage, (await coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).Usage);
    }

    [Fact]
    public async Task Usage_OverSeveralRuns_IsSummedAndItsTotalsGoBackToTheRunner()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, first) = await coordinator.StartRunningAsync(runner);
        Assert.Null(first.UsageBefore);
        Proto.Usage totals = new() { InputTokens = 1200, OutputTokens = 34, CostMicros = 421_700 };
        await runner.EndedAsync(first.RunId, first.Epoch, Proto.RunOutcome.Exited, 0, end =>
            (end.ExecutorSessionId, end.Usage, end.ConversationUsage) = ("conversation", Sample(), totals));
        await coordinator.RunWhenAsync(first.RunId, r => r.EndTime is not null);

        Proto.Run second = (await coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "more" })).Run;
        Assert.Equal(totals, (await runner.NextStartAsync()).UsageBefore);
        Assert.Equal(7, (await coordinator.SessionAsync(session.SessionId)).Usage.Turns);
        await runner.EndedAsync(second.RunId, 1, Proto.RunOutcome.Exited, 0, end =>
            end.Usage = new Proto.Usage { CostMicros = 100_000, CostSource = Proto.CostSource.Reported, Turns = 1, InputTokens = 5 });
        await coordinator.RunWhenAsync(second.RunId, r => r.EndTime is not null);

        Proto.Usage all = (await coordinator.SessionAsync(session.SessionId)).Usage;
        Assert.Equal((521_700, 8, 1205, 1), (all.CostMicros, all.Turns, all.InputTokens, all.PermissionDenials.Count));
        Assert.Equal(100_000, (await coordinator.RunAsync(second.RunId)).Usage.CostMicros);
    }

    [Fact]
    public async Task Facts_ThatCannotBe_AreBoundedAndBreakNothing()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        Proto.Run run = await EndAsync(coordinator, runner, 0, end =>
        {
            end.ExecutorSessionId = new string('x', 10_000);
            end.ProcessesEnded = -4;
            end.Usage = new Proto.Usage
            {
                InputTokens = long.MaxValue,
                CacheReadTokens = long.MaxValue,
                CostMicros = long.MaxValue,
                OutputTokens = -1,
                CostSource = (Proto.CostSource)77,
                Turns = int.MinValue,
            };
            end.Usage.PermissionDenials.Add(Enumerable.Range(0, 100)
                .Select(i => new Proto.PermissionDenial { ToolName = new string('\u0001', 9_000), ToolCallId = $"{i}" }));
        });

        Assert.Equal((Proto.RunStatus.Completed, 0, 0, 0), (run.Status, run.ProcessesEnded, run.Usage.OutputTokens, run.Usage.Turns));
        Assert.Equal((50, 128), (run.Usage.PermissionDenials.Count, run.Usage.PermissionDenials[0].ToolName.Length));
        Assert.InRange(run.Usage.InputTokens, 1, 1_000_000_000_000_000);
        Assert.Equal("", (await coordinator.SessionAsync(run.SessionId)).ExecutorSessionId);
    }

    private static Proto.Usage Sample() => new()
    {
        InputTokens = 1200,
        OutputTokens = 34,
        CostMicros = 421_700,
        CostSource = Proto.CostSource.Reported,
        ModelCalls = 1,
        Turns = 7,
        PermissionDenials = { new Proto.PermissionDenial { ToolName = "Bash", ToolCallId = "t1" } },
    };

    /// <summary>Reports it, and waits until it is committed.</summary>
    private static async Task TellAsync(ScriptedRunner runner, Proto.StartRun start, Proto.RunEvents report)
    {
        report.Header = runner.Header(start.RunId, start.Epoch);
        await runner.SendAsync(new Proto.RunnerFrame { RunEvents = report });
        await Eventually.Get(runner.NextAckAsync, ack => ack.RunId == start.RunId && ack.Sequence == report.Header.Sequence);
    }

    private static async Task<Proto.Run> EndAsync(
        RunningCoordinator coordinator,
        ScriptedRunner runner,
        int? exitCode,
        Action<Proto.RunEnded>? more = null,
        Proto.RunOutcome outcome = Proto.RunOutcome.Exited)
    {
        Proto.StartSessionResponse started = await coordinator.Sessions.StartSessionAsync(Calls.Start());
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.StartedAsync(start);
        await runner.EndedAsync(start.RunId, start.Epoch, outcome, exitCode, more);
        return await coordinator.RunWhenAsync(started.Run.RunId, r => r.EndTime is not null);
    }

    private static async Task<IReadOnlyList<Proto.SessionEvent>> EventsAsync(RunningCoordinator coordinator, string sessionId) =>
        (await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = sessionId, PageSize = 1000 })).Events;
}
