using AngleSharp.Dom;
using Bunit;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Interop;
using Coordinator.Dashboard.Sessions;
using Coordinator.Dashboard.Stops;
using Coordinator.Dashboard.Tests.Stops;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionTableTests : ComponentContext
{
    private readonly SessionList _list = new();
    private SessionSort? _sorted;

    [Fact]
    public void Rows_NewestFirst_AndTheHeadSaysSo()
    {
        var table = Show(Session(1), Session(2), Session(3));

        Assert.Equal(["row-ses_000003", "row-ses_000002", "row-ses_000001"], Rows(table));
        Assert.Equal("descending", table.Find("th.col-started").GetAttribute("aria-sort"));
        Assert.Equal("none", table.Find("th.col-agent").GetAttribute("aria-sort"));
        Assert.Equal("4", table.Find("table").GetAttribute("aria-rowcount"));
    }

    [Fact]
    public void Sort_Clicked_TellsThePage()
    {
        Show(Session(1)).Find("th.col-agent button").Click();

        Assert.Equal(SessionSort.Agent, _sorted);
    }

    [Fact]
    public void SelectAll_Ticked_SelectsWhatCanBeStoppedAndNothingElse()
    {
        var table = Show(Session(1), Session(2, Proto.SessionStatus.Finished), Session(3, Proto.SessionStatus.Stopping), Session(4));

        table.Find("thead input").Change(true);

        Assert.Equal("2 selected", table.Find(".bulk-bar span").TextContent);
        Assert.Equal(["row-ses_000004", "row-ses_000001"], table.FindAll(".session-row-selected").Select(r => r.Id));
        Assert.True(table.Find("thead input").HasAttribute("checked"));
        table.Find("tbody input").Change(false);
        table.WaitForAssertion(() => Assert.Equal("1 selected", table.Find(".bulk-bar span").TextContent));
        Assert.False(table.Find("thead input").HasAttribute("checked"));
        table.Find("thead input").Change(false);
        table.WaitForAssertion(() => Assert.Empty(table.FindAll(".bulk-bar")));
    }

    [Fact]
    public void SelectAll_NothingCanBeStopped_CannotBeTicked()
    {
        var table = Show(Session(1, Proto.SessionStatus.Finished), Session(2, Proto.SessionStatus.Stopping));

        Assert.True(table.Find("thead input").HasAttribute("disabled"));
    }

    [Fact]
    public void Change_OfOneSession_IsShownInItsRowAtOnce()
    {
        var table = Show(Session(1), Session(2));

        table.InvokeAsync(() => table.Instance.Changed(Session(1, Proto.SessionStatus.Stopping, 2)));

        Assert.Contains("session-row-stopping", table.Find("#row-ses_000001").ClassList);
        Assert.Contains("session-row-running", table.Find("#row-ses_000002").ClassList);
    }

    [Fact]
    public void Clear_Clicked_SelectsNothing()
    {
        var table = Show(Session(1), Session(2));
        table.Find("thead input").Change(true);

        table.Find(".bulk-bar .button-quiet").Click();

        Assert.Empty(table.FindAll(".bulk-bar, .session-row-selected"));
    }

    [Fact]
    public void Keys_ActOnTheRowOfTheCursor()
    {
        Asked asked = new(Prompt);
        var table = Show(Session(1), Session(2));

        Press("s");
        Assert.Null(asked.Choice);
        Press("j");
        Press("j");
        Press("x");
        Press("s");

        IElement row = table.Find(".session-row-cursor");
        Assert.Equal("row-ses_000001", row.Id);
        Assert.Contains("session-row-selected", row.ClassList);
        Assert.Equal("ses_000001", Assert.IsType<StopChoice.One>(asked.Choice).Session.SessionId);
        Press("Escape");
        Assert.Empty(table.FindAll(".session-row-selected"));
        Press("Enter");
        Assert.EndsWith("/sessions/ses_000001", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_PointedAt_HoldStillUntilAskedFor()
    {
        var table = Show(Session(1), Session(2));
        table.Find(".table-frame").TriggerEvent("onmouseenter", new MouseEventArgs());

        Change(table, Created(Session(3, revision: 2)));

        Assert.Equal("1 update – press u", table.Find(".updates").TextContent);
        Assert.Equal(["row-ses_000002", "row-ses_000001"], Rows(table));
        Press("u");
        Assert.Empty(table.FindAll(".updates"));
        Assert.Equal(["row-ses_000003", "row-ses_000002", "row-ses_000001"], Rows(table));
    }

    [Fact]
    public void Rows_DeletedWhilePointedAt_KeepTheirPlace()
    {
        var table = Show(Session(1), Session(2));
        table.Find(".table-frame").TriggerEvent("onfocusin", new FocusEventArgs());

        Change(table, Deleted("ses_000002", 2));

        Assert.Equal("No longer here", table.Find("#row-ses_000002").TextContent.Trim());
        table.Find(".table-frame").TriggerEvent("onfocusout", new FocusEventArgs());
        Change(table, Updated(Session(1, revision: 3, name: "other")));
        Assert.Equal(["row-ses_000001"], Rows(table));
    }

    [Fact]
    public void Rows_MoreThanTheFirst_AreShownWithoutLosingAnyInBetween()
    {
        var table = Show([.. Enumerable.Range(1, 24).Select(n => Session(n))]);
        List<int> counts = [];
        table.OnMarkupUpdated += (_, _) => counts.Add(Rows(table).Count());

        Change(table, Created(Session(25, revision: 2)));
        Change(table, Created(Session(26, revision: 3)));

        Assert.All(counts, count => Assert.InRange(count, 24, 26));
        Assert.Equal(26, Rows(table).Count());
        Assert.Equal("row-ses_000026", Rows(table).First());
        Assert.Empty(table.FindAll(".table-unmeasured"));
    }

    private IRenderedComponent<SessionTable> Show(params Proto.Session[] sessions)
    {
        Watched(sessions);
        _list.Reset(Store.State, SessionQuery.Default);
        return Render<SessionTable>(p => p
            .Add(t => t.List, _list)
            .Add(t => t.State, Store.State)
            .Add(t => t.SortChanged, sort => _sorted = sort));
    }

    /// <summary>As the page does it.</summary>
    private void Change(IRenderedComponent<SessionTable> table, Proto.WatchSessionsResponse message)
    {
        ValueTask received = Store.Receive(message);
        Assert.True(received.IsCompletedSuccessfully);
        string id = (message.SessionCreated ?? message.SessionUpdated)?.SessionId ?? message.SessionDeleted.SessionId;
        if (_list.Update(Store.State, id))
            table.Instance.Moved(id);
        table.Render(p => p.Add(t => t.State, Store.State));
    }

    private void Press(string key) => _ = Renderer.Dispatcher.InvokeAsync(() => Services.GetRequiredService<PageEvents>().PressKey(key));

    private static IEnumerable<string?> Rows(IRenderedComponent<SessionTable> table) => table.FindAll("tbody .session-row").Select(r => r.Id);
}
