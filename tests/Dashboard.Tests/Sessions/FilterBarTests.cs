using Bunit;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Sessions;
using Grpc.Core;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class FilterBarTests : ComponentContext
{
    private SessionQuery? _chosen;

    [Fact]
    public void Chips_CountAndFilter()
    {
        var bar = Show(SessionQuery.Default, Session(1), Session(2), Session(3, Proto.SessionStatus.Failed));

        Assert.Equal("2", bar.Find(".chip-running .chip-count").TextContent);
        Assert.Equal("false", bar.Find(".chip-failed").GetAttribute("aria-pressed"));
        bar.Find(".chip-failed").Click();

        Assert.Equal([Proto.SessionStatus.Failed], _chosen!.Statuses);
    }

    [Fact]
    public void Search_ManyKeys_IsOneQuery()
    {
        var bar = Show(SessionQuery.Default, Session(1));
        bar.Find("#session-search").Input("fl");
        Time.Advance(TimeSpan.FromMilliseconds(100));
        bar.Find("#session-search").Input("flaky");
        Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Null(_chosen);

        Time.Advance(TimeSpan.FromMilliseconds(100));

        bar.WaitForAssertion(() => Assert.Equal("flaky", _chosen?.Text));
    }

    [Fact]
    public void StopAll_AsksTheCoordinatorFirstAndThenThePerson()
    {
        Calls.On<Proto.StopSessionsRequest>(_ => new Proto.StopSessionsResponse
        {
            Outcomes = { new Proto.SessionStopOutcome { SessionId = "a" }, new Proto.SessionStopOutcome { SessionId = "b" }, new Proto.SessionStopOutcome { SessionId = "c", ErrorReason = "SESSION_NOT_RUNNING" } },
        });
        Stops.Asked asked = new(Prompt);
        var bar = Show(SessionQuery.Default, Session(1), Session(2));

        bar.Find(".button-danger-quiet").Click();

        Assert.True(Assert.IsType<Proto.StopSessionsRequest>(Assert.Single(Calls.Requests)).ValidateOnly);
        Assert.Equal(["a", "b"], Assert.IsType<Dashboard.Stops.StopChoice.Matching>(asked.Choice).Sessions.Select(s => s.SessionId));
    }

    [Fact]
    public void StopAll_CoordinatorIsAway_SaysSo()
    {
        Calls.On<Proto.StopSessionsRequest>(_ => throw new RpcException(new Status(StatusCode.Unavailable, "It is starting.")));

        Show(SessionQuery.Default, Session(1), Session(2)).Find(".button-danger-quiet").Click();

        Assert.Equal("The coordinator did not say what would be stopped: It is starting.", Assert.Single(Said));
    }

    [Fact]
    public void StopAll_OnlyOneIsActive_IsNotOffered() =>
        Assert.Empty(Show(SessionQuery.Default, Session(1), Session(2, Proto.SessionStatus.Stopping)).FindAll(".button-danger-quiet"));

    private IRenderedComponent<FilterBar> Show(SessionQuery query, params Proto.Session[] sessions) => Render<FilterBar>(p => p
        .Add(b => b.Query, query)
        .Add(b => b.State, SessionsState.Empty.Apply(Whole(1, sessions)))
        .Add(b => b.Matching, sessions)
        .Add(b => b.QueryChanged, chosen => _chosen = chosen));
}
