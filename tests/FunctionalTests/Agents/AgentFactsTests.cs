using Coordinator.FunctionalTests.Support;
using Coordinator.Testing;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;

namespace Coordinator.FunctionalTests.Agents;

/// <summary>What can be learned from the API about agents that speak as Claude Code does, but behave as they should not.</summary>
public sealed class AgentFactsTests
{
    private const string Init = """{"type":"system","subtype":"init","session_id":"11111111-2222-4333-8444-555555555555"}""";
    private const string Result = """{"type":"result","subtype":"success","is_error":false,"result":"All done.","session_id":"11111111-2222-4333-8444-555555555555","num_turns":3,"total_cost_usd":0.42}""";
    private const string Error = """{"type":"result","subtype":"error_max_turns","is_error":true,"errors":["Reached maximum number of turns (3)"]}""";

    [Theory]
    [InlineData("cgroup", Result, Proto.RunStatus.Completed)]
    [InlineData("supervisor", Error, Proto.RunStatus.Failed)]
    public async Task Result_ThenHang_IsToldThenEndedAndJudgedByIt(string containment, string result, Proto.RunStatus status)
    {
        string mark = Mark.Next();
        await using Deployment deployment = await StartAsync(containment, $"cat > /dev/null\necho '{Init}'\necho '{result}'\nexec sleep {mark}", linger: "00:00:02");
        Proto.Session session = await deployment.StartAsync("go", "fake");

        await deployment.RunWhenAsync(session.RunId, r => r is { Status: Proto.RunStatus.Running, ResultTime: not null });
        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.Equal((status, null, true, 1), (run.Status, run.Stop, run.EndedAfterResult, run.ProcessesEnded));
        Assert.Equal(["sleep"], run.EndedCommands);
        Assert.Empty(ProcessTable.Marked(mark));
        if (status == Proto.RunStatus.Failed)
            Assert.Equal(("AGENT_ERROR", "Reached maximum number of turns (3)"), (run.Failure.Reason, run.Failure.Message));
    }

    [Fact]
    public async Task Stop_AfterTheResult_IsProvedAndKeepsIt()
    {
        await using Deployment deployment = await StartAsync("auto", $"cat > /dev/null\necho '{Result}'\nexec sleep 600", linger: "01:00:00");
        Proto.Session session = await deployment.StartAsync("go", "fake");
        await deployment.RunWhenAsync(session.RunId, r => r.ResultTime is not null);

        await deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(2));
        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.Proved), (run.Status, run.Stop.Outcome));
        Assert.Equal("All done.", (await deployment.Coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).ResultText);
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("supervisor")]
    public async Task Exit_WithBackgroundJobs_SaysWhichWereEnded(string containment)
    {
        await using Deployment deployment = await Deployment.CreateAsync(containment);
        string mark = Mark.Next();
        Proto.Session session = await deployment.StartAsync($"sleep {mark} & setsid sleep {mark} & while [ \"$(cat /proc/$!/comm)\" != sleep ]; do :; done; exit 0");

        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.Equal((Proto.RunStatus.Completed, 2), (run.Status, run.ProcessesEnded));
        Assert.Equal(["sleep", "sleep"], run.EndedCommands);
        Proto.RunCompletedEvent completed = (await deployment.EventsAsync(session.SessionId))[^1].RunCompleted;
        Assert.Equal((2, run.EndedCommands), (completed.ProcessesEnded, completed.EndedCommands));
        Assert.Equal(2, (await deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session.ProcessesEnded);
    }

    [Fact]
    public async Task Failure_OfAResumeWithoutItsConversation_SaysWhatTheAgentSaid()
    {
        await using Deployment deployment = await StartAsync("auto", $"""
            cat > /dev/null
            if [ "$1" = --resume ]; then echo "No conversation found with session ID: $2" >&2; exit 1; fi
            echo '{Init}'
            echo '{Result}'
            """);
        Proto.Session session = await deployment.StartAsync("first", "fake");
        await deployment.EndOfAsync(session.RunId);

        Proto.Run second = (await deployment.Coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "second" })).Run;
        second = await deployment.EndOfAsync(second.RunId);

        Assert.Equal("EXIT_CODE", second.Failure.Reason);
        Assert.Equal(
            "The agent exited with code 1. Its standard error ends with: No conversation found with session ID: 11111111-2222-4333-8444-555555555555",
            second.Failure.Message);
    }

    [Fact]
    public async Task Usage_OfAConversation_IsWhatItsTotalsGrewBy()
    {
        await using Deployment deployment = await StartAsync("auto", """
            cat > /dev/null
            echo 'INIT'
            echo '{"type":"system","subtype":"api_retry","attempt":3,"max_retries":10,"error_status":529}'
            echo '{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"No."}],"usage":{"input_tokens":1200,"output_tokens":34}}}'
            if [ "$1" = --resume ]; then total=0.5; else total=0.4217; fi
            echo '{"type":"result","is_error":false,"result":"r","num_turns":7,"total_cost_usd":'$total',"usage":{"input_tokens":1200,"output_tokens":34},"permission_denials":[{"tool_name":"Bash","tool_use_id":"t1"}]}'
            """.Replace("INIT", Init));
        Proto.Session session = await deployment.StartAsync("first", "fake");
        Proto.Run first = await deployment.EndOfAsync(session.RunId);

        Proto.Run second = (await deployment.Coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "second" })).Run;
        second = await deployment.EndOfAsync(second.RunId);

        Assert.Equal("$0.42 · 7 turns · 1,200 in, 34 out · 1 tool refused: Bash", first.Usage.Summary);
        Assert.Equal((78_300, 1200, 7), (second.Usage.CostMicros, second.Usage.InputTokens, second.Usage.Turns));
        Proto.Session both = (await deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session;
        Assert.Equal((500_000, 2400, 14), (both.Usage.CostMicros, both.Usage.InputTokens, both.Usage.Turns));
        Assert.Contains(
            await deployment.EventsAsync(session.SessionId),
            e => e.Message is { Role: Proto.MessageRole.System, Text: "The model did not answer (529); try 3 of 10." });
    }

    /// <summary>A deployment whose executor "fake" is this shell script, which speaks as Claude Code does.</summary>
    private static Task<Deployment> StartAsync(string containment, string script, string linger = "00:01:00")
    {
        TestFiles files = new();
        string agent = files.Write("agent", script);
        return Deployment.CreateAsync(containment, new Dictionary<string, string>
        {
            ["Runner__LingerTimeout"] = linger,
            ["Runner__Executors__fake__Command"] = "/bin/sh",
            ["Runner__Executors__fake__Args__0"] = agent,
            ["Runner__Executors__fake__ResumeArgs__0"] = agent,
            ["Runner__Executors__fake__ResumeArgs__1"] = "--resume",
            ["Runner__Executors__fake__ResumeArgs__2"] = "{executor_session_id}",
            ["Runner__Executors__fake__PromptVia"] = "stdin",
            ["Runner__Executors__fake__Output"] = "claude-stream-json",
        }, files);
    }
}
