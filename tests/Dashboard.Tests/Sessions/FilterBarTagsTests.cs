using Bunit;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Sessions;
using Coordinator.Dashboard.Stops;
using Coordinator.Dashboard.Tests.Stops;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

/// <summary>The filters that come from elsewhere on the page, or from an address that somebody was sent.</summary>
public sealed class FilterBarTagsTests : ComponentContext
{
    private SessionQuery? _chosen;

    [Fact]
    public void Tags_HostileNames_AreText()
    {
        Proto.Session session = Session(1);
        (session.RunnerId, session.Hostname) = ("rnr_1", Hostile);

        var bar = Show(new SessionQuery { Agent = Hostile, Runner = "rnr_1" }, session);

        Assert.Equal([$"agent: {Harmless}", $"runner: {Harmless}"], bar.FindAll(".tag").Select(t => t.TextContent.Trim()));
        Assert.Equal($"Agent {Harmless}. Remove this filter.", bar.Find(".tag").GetAttribute("aria-label"));
        Assert.Empty(bar.FindAll("img"));
        Assert.DoesNotContain('\u202E', bar.Find(".filter-bar").OuterHtml);
    }

    [Fact]
    public void Tag_Clicked_RemovesThatFilterOnly()
    {
        var bar = Show(new SessionQuery { Agent = "builder", Runner = "rnr_9" });
        Assert.Equal("runner: rnr_9", bar.FindAll(".tag")[1].TextContent.Trim());

        bar.Find(".tag").Click();

        Assert.Equal(("", "rnr_9"), (_chosen!.Agent, _chosen.Runner));
    }

    [Fact]
    public void Clear_Clicked_KeepsTheOrder()
    {
        var bar = Show(new SessionQuery { Agent = "builder", Text = "x", Statuses = [Proto.SessionStatus.Failed], Sort = SessionSort.Name });

        bar.FindAll("button").Single(b => b.TextContent == "Clear").Click();

        Assert.Equal((false, SessionSort.Name), (_chosen!.IsFiltered, _chosen.Sort));
    }

    [Fact]
    public void Clear_NothingIsFiltered_IsNotOffered() =>
        Assert.DoesNotContain("Clear", Show(SessionQuery.Default).FindAll("button").Select(b => b.TextContent));

    [Fact]
    public void StopMatching_DescribesTheFilterInWords()
    {
        Calls.On<Proto.StopSessionsRequest>(_ => new Proto.StopSessionsResponse { Outcomes = { new Proto.SessionStopOutcome { SessionId = "ses_000001" } } });
        Asked asked = new(Prompt);
        var bar = Show(new SessionQuery { Agent = Hostile, Statuses = [Proto.SessionStatus.Running] }, Session(1), Session(2));
        Assert.Equal("Stop all 2 matching…", bar.Find(".button-danger-quiet").TextContent.Trim());

        bar.Find(".button-danger-quiet").Click();

        Assert.Equal($"running, agent {Harmless}", Assert.IsType<StopChoice.Matching>(asked.Choice).Description);
        Assert.Equal(Hostile, Assert.IsType<Proto.StopSessionsRequest>(Assert.Single(Calls.Requests)).Filter.AgentName);
    }

    private IRenderedComponent<FilterBar> Show(SessionQuery query, params Proto.Session[] sessions) => Render<FilterBar>(p => p
        .Add(b => b.Query, query)
        .Add(b => b.State, SessionsState.Empty.Apply(Whole(1, sessions)))
        .Add(b => b.Matching, sessions)
        .Add(b => b.QueryChanged, chosen => _chosen = chosen));
}
