using AngleSharp.Dom;
using Bunit;
using Coordinator.Dashboard.Sessions;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionRowTests : ComponentContext
{
    private bool _asked;

    [Theory]
    [InlineData(Proto.SessionStatus.Pending, "Stop")]
    [InlineData(Proto.SessionStatus.Running, "Stop")]
    [InlineData(Proto.SessionStatus.Stopping, "Kill")]
    [InlineData(Proto.SessionStatus.Stopped, null)]
    [InlineData(Proto.SessionStatus.Finished, null)]
    [InlineData(Proto.SessionStatus.Failed, null)]
    public void Actions_EachStatus_OffersWhatIsLegal(Proto.SessionStatus status, string? offered)
    {
        Proto.Session session = Session(1, status);
        session.Stop = status == Proto.SessionStatus.Stopping ? new() { RequestedTime = Ago(1) } : null;

        var row = Show(session);

        Assert.Equal(offered, row.FindAll(".col-actions button").SingleOrDefault()?.TextContent.Trim());
        Assert.Equal(status is Proto.SessionStatus.Pending or Proto.SessionStatus.Running, row.FindAll("input[type=checkbox]").Count == 1);
    }

    [Fact]
    public void Actions_KilledAlready_OffersNothing()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Stopping);
        session.Stop = new() { RequestedTime = Ago(1), Force = true };

        Assert.Empty(Show(session).FindAll(".col-actions button"));
    }

    [Fact]
    public void Stop_Clicked_AsksAndStopsNothing()
    {
        Show(Session(1)).Find(".button-stop").Click();

        Assert.True(_asked);
        Assert.Empty(Calls.Requests);
    }

    [Fact]
    public void Stopping_ShowsItsPhaseAndForHowLong()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Stopping);
        session.Stop = new() { RequestedTime = Ago(3), SentTime = Ago(3), ReceivedTime = Ago(3), SignalledTime = Ago(2) };

        var row = Show(session);

        Assert.Equal("Stopping", row.Find(".badge-stopping .badge-word").TextContent);
        Assert.Contains("SIGTERM", row.Find(".badge-phase").TextContent, StringComparison.Ordinal);
        Assert.Contains("3.00 s", row.Find(".stopping-since").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_OfAgents_AreTextAndNothingElse()
    {
        Proto.Session session = Session(1, name: Hostile);
        (session.AgentName, session.Hostname, session.RunnerId) = (Hostile, Hostile, "rnr_1");

        var row = Show(session);

        Assert.Empty(row.FindAll("img"));
        Assert.All([".col-session", ".col-agent", ".col-runner"], c => Assert.Equal(Harmless, row.Find($"{c} .cell-main").TextContent));
        Assert.DoesNotContain('\u202E', row.Find("tr").OuterHtml);
    }

    [Fact]
    public void Row_SessionIsGone_SaysSoInItsPlace()
    {
        IElement row = Show(null).Find("tr");

        Assert.Equal(("row-ses_000001", "No longer here"), (row.Id, row.TextContent.Trim()));
    }

    [Fact]
    public void Row_IsRenderedAgainOnlyWhenItShowsSomethingElse()
    {
        Proto.Session session = Session(1);
        session.StartTime = Ago(100);
        var row = Show(session);
        int rendered = row.RenderCount;

        row.Render(p => p.Add(r => r.Now, Time.GetUtcNow().AddMilliseconds(1)));
        Assert.Equal(rendered, row.RenderCount);

        row.Render(p => p.Add(r => r.Now, Time.GetUtcNow().AddSeconds(1)));
        Assert.Equal(rendered + 1, row.RenderCount);
        Assert.Equal("1 m 41 s", row.Find(".col-duration").TextContent);

        row.Render(p => p.Add(r => r.IsSelected, true));
        Assert.Contains("session-row-selected", row.Find("tr").ClassList);

        row.Render(p => p.Add(r => r.Session, Session(1, Proto.SessionStatus.Failed, revision: 2)));
        Assert.Contains("session-row-failed", row.Find("tr").ClassList);
    }

    private IRenderedComponent<SessionRow> Show(Proto.Session? session) => Render<SessionRow>(p => p
        .Add(r => r.Session, session)
        .Add(r => r.SessionId, "ses_000001")
        .Add(r => r.Now, Time.GetUtcNow())
        .Add(r => r.Stop, () => _asked = true));
}
