using Bunit;
using Coordinator.Dashboard.Stops;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Stops;

/// <summary>The dialog for more than one session, and the ways out of it.</summary>
public sealed class StopDialogSeveralTests : ComponentContext
{
    [Fact]
    public void Matching_SaysByWhatTheyWereChosenAndNamesTen()
    {
        Proto.SessionStopOutcome[] found = [.. Enumerable.Range(1, 12).Select(i => new Proto.SessionStopOutcome { SessionId = $"ses_{i}", SessionName = i == 1 ? Hostile : $"Name {i}" })];

        var dialog = Ask(new StopChoice.Matching("running, agent builder", found));

        Assert.Equal("Stop 12 sessions?", dialog.Find("h2").TextContent);
        Assert.Equal("running, agent builder", dialog.Find(".dialog-lead strong").TextContent);
        Assert.Contains("Sessions that start from now on are not included.", dialog.Find(".dialog-lead").TextContent, StringComparison.Ordinal);
        Assert.Equal(11, dialog.FindAll(".dialog-names li").Count);
        Assert.Equal(Harmless, dialog.FindAll(".dialog-names li")[0].TextContent);
        Assert.Equal("and 2 more", dialog.FindAll(".dialog-names li")[10].TextContent);
        Assert.Empty(dialog.FindAll("img"));
    }

    [Fact]
    public void Matching_Confirmed_StopsThoseThatWereNamedAndNotTheFilter()
    {
        Calls.On<Proto.StopSessionsRequest>(_ => new Proto.StopSessionsResponse { Outcomes = { new Proto.SessionStopOutcome { SessionId = "ses_1", ErrorReason = "SESSION_NOT_RUNNING" } } });
        var dialog = Ask(new StopChoice.Matching("agent builder", [new() { SessionId = "ses_1", SessionName = "One" }]));

        dialog.Find(".button-danger").Click();

        Proto.StopSessionsRequest sent = Assert.IsType<Proto.StopSessionsRequest>(Assert.Single(Calls.Requests));
        Assert.Equal(["ses_1"], sent.SessionIds);
        Assert.Null(sent.Filter);
        Assert.False(sent.ValidateOnly);
        Assert.Equal("Nothing to stop: all of them had ended.", Assert.Single(Said));
    }

    [Fact]
    public void Grace_Changed_ChangesTheSentence()
    {
        var dialog = Ask(new StopChoice.Selected([Session(1), Session(2)]));
        Assert.Contains("every process of 2 sessions now, and SIGKILL after 10 s", dialog.Find(".dialog-lead").TextContent, StringComparison.Ordinal);

        dialog.Find("select").Change("0");

        Assert.Contains("and SIGKILL at once to what is still alive", dialog.Find(".dialog-lead").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Dialog_IsNamedByItsTitle()
    {
        var dialog = Ask(new StopChoice.Selected([Session(1), Session(2)]));

        Assert.Equal(dialog.Find("h2").Id, dialog.Find("dialog").GetAttribute("aria-labelledby"));
    }

    [Fact]
    public void KeepRunning_ThenClosed_StopsNothingAndForgetsWhatWasTyped()
    {
        StopChoice.Selected eleven = new([.. Enumerable.Range(1, 11).Select(i => Session(i))]);
        var dialog = Ask(eleven);
        dialog.Find("#stop-count").Input("11");

        dialog.Find("[autofocus]").Click();
        dialog.Find("dialog").TriggerEvent("onclose", EventArgs.Empty);

        Assert.Empty(dialog.FindAll("h2, button"));
        Assert.Empty(Calls.Requests);
        dialog.InvokeAsync(() => Prompt.Ask(eleven));
        Assert.True(dialog.Find(".button-danger").HasAttribute("disabled"));
    }

    [Fact]
    public void Pending_KeepsWaiting()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Pending);
        session.RunStatus = Proto.RunStatus.Pending;

        Assert.Equal("Keep waiting", Ask(new StopChoice.One(session, [], Kill: false)).Find("[autofocus]").TextContent);
    }

    private IRenderedComponent<StopDialog> Ask(StopChoice choice)
    {
        var dialog = Render<StopDialog>();
        dialog.InvokeAsync(() => Prompt.Ask(choice));
        return dialog;
    }
}
