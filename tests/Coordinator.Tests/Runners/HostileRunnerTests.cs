using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Runners;

/// <summary>A runner is another program, perhaps none of ours: what it says is bounded and cleaned before it is stored.</summary>
public sealed class HostileRunnerTests
{
    [Fact]
    public async Task Events_BeyondTheQuotaOfTheRun_AreNotStoredAndThatIsMarkedOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:MaxRunEventBytes=65536");
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        for (int i = 0; i < 100; i++)
            await runner.OutputAsync(start, new string('x', 1_000));
        await Eventually.Get(runner.NextAckAsync, ack => ack.Sequence == 101);

        List<Proto.OutputEvent> stored =
            [.. (await coordinator.EventsAsync(session.SessionId)).Select(e => e.Output).Where(o => o is not null)];
        Assert.InRange(stored.Count, 50, 65);
        Assert.Equal([true], stored.Where(o => o.QuotaReached).Select(o => o.QuotaReached));
        Assert.True(stored[^1].QuotaReached);
        using HttpClient web = new();
        string text = await web.GetStringAsync(
            $"{coordinator.WebUrl}/sessions/{session.SessionId}/output.txt", TestContext.Current.CancellationToken);
        Assert.Contains("[quota of stored events reached; the rest is on the runner]", text, StringComparison.Ordinal);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Completed);
    }

    [Fact]
    public async Task Events_OfOtherKindsThanAgentsCause_AreLeftOut()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        await runner.EventsAsync(
            start,
            new Proto.SessionEvent { RunStopped = new Proto.RunStoppedEvent() },
            new Proto.SessionEvent { RunStarted = new Proto.RunStartedEvent { RunnerId = "rnr_forged" } },
            new Proto.SessionEvent(),
            ScriptedRunner.Line("real"));
        await runner.NextAckAsync();

        List<Proto.SessionEvent> events = await coordinator.EventsAsync(session.SessionId);
        Assert.DoesNotContain(events, e => e.RunStopped is not null || e.RunStarted?.RunnerId == "rnr_forged");
        Assert.Equal("real", Assert.Single(events, e => e.Output is not null).Output.Text);
    }

    [Fact]
    public async Task Texts_OfAnySizeAndContent_AreBoundedAndStorable()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        string huge = new('x', 500_000);

        await runner.EventsAsync(
            start,
            ScriptedRunner.Line("a\0b"),
            ScriptedRunner.Said(huge),
            new Proto.SessionEvent
            {
                ToolCall = new Proto.ToolCallEvent { ToolCallId = huge, ToolName = "n\0\u001b[31m", InputJson = huge },
            },
            new Proto.SessionEvent { ToolResult = new Proto.ToolResultEvent { ToolCallId = huge, Text = huge } });
        await runner.NextAckAsync();

        List<Proto.SessionEvent> events = await coordinator.EventsAsync(session.SessionId);
        Assert.Equal("a\uFFFDb", events.Single(e => e.Output is not null).Output.Text);
        Assert.Equal("n\uFFFD\uFFFD[31m", events.Single(e => e.ToolCall is not null).ToolCall.ToolName);
        Assert.All(events, e => Assert.True(e.CalculateSize() < 70_000, $"{e.EventCase} has {e.CalculateSize()} bytes."));
    }

    [Theory]
    [InlineData("--dangerously-skip-permissions")]
    [InlineData("with a blank")]
    [InlineData("HUGE")]
    public async Task ExecutorSessionId_ThatIsNone_IsNotLearned(string id)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        await runner.SendAsync(Events(runner, start, "good-1"));
        await runner.SendAsync(Events(runner, start, id == "HUGE" ? new string('x', 3_500_000) : id));
        await Eventually.Get(runner.NextAckAsync, ack => ack.Sequence == 3);

        Assert.Equal(
            "good-1", (await coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session.ExecutorSessionId);
    }

    [Theory]
    [InlineData("run_\u001b[31m")]
    [InlineData("run_a\n")]
    [InlineData("")]
    public async Task Report_ForWhatIsNoRunId_EndsTheConnectionAndIsNotLogged(string runId)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);

        await runner.StartedAsync(new Proto.StartRun { RunId = runId, Epoch = 1 });

        Assert.Equal(StatusCode.InvalidArgument, (await runner.Ended.WithTimeout()).StatusCode);
        Assert.DoesNotContain(coordinator.Log.Records, r => r.ToString().Contains('\u001b', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hello_WithAHeldRunThatIsNone_IsRefused()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Runs.Add(new Proto.HeldRun { RunId = "run_../x", Epoch = 1 });

        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => ScriptedRunner.ConnectAsync(coordinator, hello));

        Assert.Contains("hello.runs[0].run_id", refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static Proto.RunnerFrame Events(ScriptedRunner runner, Proto.StartRun start, string executorSessionId) => new()
    {
        RunEvents = new Proto.RunEvents { Header = runner.Header(start.RunId, start.Epoch), ExecutorSessionId = executorSessionId },
    };
}
