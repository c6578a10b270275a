using Coordinator.Testing;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Model;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Tools;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Claude;

/// <summary>The real Claude Code command line, against a stand-in for the model.</summary>
public sealed class ClaudeCodeTests
{
    private static readonly TimeSpan Patience = Timeouts.Default;

    [Fact]
    public async Task Session_RunsToItsEndAndIsResumed_InTheSameConversation()
    {
        await using ModelStandIn model = await ModelStandIn.StartAsync(
            conversation => ModelAnswer.Text(conversation.Newest.Text.Contains("lighthouse") ? "It was built in 1811." : "You asked about a lighthouse."));
        await using Deployment deployment = await StartAsync(model, "auto");

        Proto.Session session = await deployment.StartAsync("When was the lighthouse built?", "claude-code");
        Proto.Run first = await deployment.EndOfAsync(session.RunId, Patience);

        Assert.True(first is { Status: Proto.RunStatus.Completed, ExitCode: 0 }, first.ToString());
        Assert.Equal("It was built in 1811.", (await deployment.Coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).ResultText);
        Assert.Contains(await deployment.EventsAsync(session.SessionId), e => e.Message is { Role: Proto.MessageRole.Assistant, Text: "It was built in 1811." });
        Assert.NotEmpty((await deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session.ExecutorSessionId);

        Proto.Run second = (await deployment.Coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "What did I ask?" })).Run;
        second = await deployment.EndOfAsync(second.RunId, Patience);

        Assert.True(second is { Status: Proto.RunStatus.Completed, Resumed: true }, second.ToString());
        Assert.Equal("You asked about a lighthouse.", (await deployment.Coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).ResultText);
        ModelConversation resumed = model.Conversations[^1];
        Assert.Contains(resumed.UserTexts, t => t.Contains("When was the lighthouse built?"));
        Assert.Contains("It was built in 1811.", resumed.AssistantTexts);
    }

    [Theory]
    [InlineData("cgroup", false)]
    [InlineData("cgroup", true)]
    [InlineData("supervisor", false)]
    [InlineData("supervisor", true)]
    public async Task Stop_InTheMiddleOfAShellTool_LeavesNothingOfIt(string containment, bool force)
    {
        await using ModelStandIn model = await ModelStandIn.StartAsync(_ => ModelAnswer.Bash("sleep 301 & setsid sleep 302 & sleep 303"));
        await using Deployment deployment = await StartAsync(model, containment);
        Proto.Session session = await deployment.StartAsync("Take a nap.", "claude-code");
        await Eventually.True(() => Sleeps(session).Count == 3, Patience, "the three sleeps of the shell tool");

        await deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(10), force);
        Proto.Run run = await deployment.EndOfAsync(session.RunId, Patience);

        Assert.True(run is { Status: Proto.RunStatus.Stopped, Stop: { HasProcessesLeft: true, ProcessesLeft: 0, Outcome: Proto.StopOutcome.Proved } }, run.ToString());
        Assert.True(run.Stop.ProcessesEnded >= 4, run.Stop.ToString());
        Assert.Equal(force, run.Stop.Escalated);
        Assert.Contains(await deployment.EventsAsync(session.SessionId), e => e.ToolCall is { ToolName: "Bash" });
        Assert.DoesNotContain(ProcessTable.Marked(deployment.Files.Root), p => p.Id != deployment.Runner.Id && p.Id != deployment.Coordinator.Id);
    }

    private static List<ProcessEntry> Sleeps(Proto.Session session) =>
        [.. ProcessTable.OfRun(session.RunId).Where(p => p.CommandLine is "sleep 301" or "sleep 302" or "sleep 303")];

    private static Task<Deployment> StartAsync(ModelStandIn model, string containment)
    {
        TestFiles files = new();
        return Deployment.CreateAsync(containment, ClaudeCode.Prepare(files, model.Address).AsExecutor(), files);
    }
}
