using Bunit;
using Coordinator.Dashboard.SessionDetail;
using Grpc.Core;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class RunsTabTests : ComponentContext
{
    [Fact]
    public void Runs_EachSaysHowItWent()
    {
        var tab = Show(
            new Proto.Run { RunId = "run_2", Status = Proto.RunStatus.Stopped, Resumed = true, CreateTime = Ago(60), Stop = new() { RequestedTime = Ago(1) } },
            new Proto.Run { RunId = "run_1", Status = Proto.RunStatus.Completed, CreateTime = Ago(120), StartTime = Ago(110), EndTime = Ago(45), ExitCode = 0 });

        Assert.Equal(["run_2", "run_1"], tab.FindAll(".run-head code").Select(c => c.TextContent));
        Assert.Equal("Stopped", tab.Find(".run-status.run-stopped").TextContent);
        Assert.Equal("ran for 1 m 05 s · exit code 0", tab.FindAll(".run-card > p")[1].TextContent);
        Assert.Single(tab.FindAll(".stop-strip"));
        Assert.Contains("resumed", tab.FindAll(".run-head")[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("2 min ago", tab.FindAll("time")[1].TextContent);
    }

    [Fact]
    public void Runs_EachSaysWhatItUsedAndLeftBehind()
    {
        var tab = Show(new Proto.Run
        {
            RunId = "run_1",
            Status = Proto.RunStatus.Completed,
            CreateTime = Ago(120),
            ExitCode = 0,
            ProcessesEnded = 1,
            EndedCommands = { "sleep" },
            Usage = new() { Summary = $"$0.42 · 1 tool refused: {Hostile}" },
        });

        Assert.Equal(
            $"exit code 0 · $0.42 · 1 tool refused: {Harmless} · 1 process was still running when the agent exited and was ended: sleep.",
            tab.Find(".run-card > p").TextContent);
    }

    [Fact]
    public void Words_OfOthers_AreTextAndNothingElse()
    {
        var tab = Show(new Proto.Run { RunId = "run_1", Status = Proto.RunStatus.Failed, CreateTime = Ago(1), Failure = new() { Reason = "AGENT_ERROR", Message = Hostile }, PendingReason = Hostile });

        Assert.Equal($"AGENT_ERROR: {Harmless} · {Harmless}", tab.Find(".run-card > p").TextContent);
        Assert.Empty(tab.FindAll("img"));
    }

    [Fact]
    public void Load_Failed_SaysSoAndTriesAgainOnDemand()
    {
        Calls.On<Proto.ListRunsRequest>(_ => throw new RpcException(new Status(StatusCode.Unavailable, "It is starting.")));
        var tab = Render<RunsTab>(p => p.Add(t => t.Session, Session(1)));
        Assert.StartsWith("The runs could not be loaded: It is starting.", tab.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        Calls.On<Proto.ListRunsRequest>(_ => new Proto.ListRunsResponse { Runs = { new Proto.Run { RunId = "run_1", CreateTime = Ago(1) } } });
        tab.Find("[role=alert] button").Click();

        Assert.Empty(tab.FindAll("[role=alert]"));
        Assert.Single(tab.FindAll(".run-card"));
    }

    [Fact]
    public void Session_Changed_LoadsAgainAndOnlyThen()
    {
        var tab = Show();
        tab.Render(p => p.Add(t => t.Session, Session(1)));
        Assert.Single(Calls.Requests);

        tab.Render(p => p.Add(t => t.Session, Session(1, revision: 2)));

        Assert.Equal(2, Calls.Requests.Count);
    }

    private IRenderedComponent<RunsTab> Show(params Proto.Run[] runs)
    {
        Calls.On<Proto.ListRunsRequest>(_ => new Proto.ListRunsResponse { Runs = { runs } });
        return Render<RunsTab>(p => p.Add(t => t.Session, Session(1)));
    }
}
