using AngleSharp.Dom;
using Bunit;
using Coordinator.Dashboard.Stops;
using Grpc.Core;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Stops;

public sealed class StopDialogTests : ComponentContext
{
    [Fact]
    public void One_Running_SaysWhatIsStoppedAndHow()
    {
        Proto.Session session = Session(1, name: Hostile);
        (session.AgentName, session.Hostname, session.RunnerId, session.StartTime) = ("builder", "host-1", "rnr_1", Ago(65));
        var dialog = Ask(session);

        Assert.Equal($"Stop {Harmless}?", dialog.Find(".dialog-title").TextContent);
        Assert.Equal(["ses_000001", "builder (command)", "host-1", "1 m 05 s"], dialog.FindAll(".facts dd").Select(d => d.TextContent));
        Assert.Contains("SIGTERM to every process of the run now, and SIGKILL after 10 s", dialog.Find(".dialog-lead").TextContent, StringComparison.Ordinal);
        Assert.Equal("Keep running", dialog.FindAll(".dialog-actions button")[0].TextContent);
        Assert.True(dialog.FindAll(".dialog-actions button")[0].HasAttribute("autofocus"));
        Assert.Empty(Calls.Requests);
    }

    [Fact]
    public void One_Confirmed_SendsExactlyWhatWasShown()
    {
        Calls.On<Proto.StopSessionRequest>(r => new Proto.StopSessionResponse { SessionId = r.SessionId, Delivery = Proto.StopDelivery.Sent });
        var dialog = Ask(Session(1));
        dialog.Find("input[maxlength]").Change("  too expensive ");
        dialog.Find("select").Change("30");

        Confirm(dialog);

        Proto.StopSessionRequest sent = Assert.IsType<Proto.StopSessionRequest>(Assert.Single(Calls.Requests));
        Assert.Equal(("ses_000001", "too expensive", 30, false), (sent.SessionId, sent.Reason, sent.GracePeriod.Seconds, sent.Force));
        Assert.Contains("Stop requested", Assert.Single(Said), StringComparison.Ordinal);
    }

    [Fact]
    public void One_Pending_IsOnlyTakenFromTheQueue()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Pending);
        session.RunStatus = Proto.RunStatus.Pending;

        var dialog = Ask(session);

        Assert.Equal("It has not started; it will be removed from the queue.", dialog.Find(".dialog-lead").TextContent);
        Assert.Empty(dialog.FindAll("select"));
    }

    [Fact]
    public void One_Stopping_CanOnlyBeKilled()
    {
        Calls.On<Proto.StopSessionRequest>(_ => new Proto.StopSessionResponse { AlreadyStopping = true });
        var dialog = Ask(Session(1, Proto.SessionStatus.Stopping));
        Assert.Equal("Kill Session 1 now?", dialog.Find(".dialog-title").TextContent);
        Assert.Empty(dialog.FindAll("select"));

        Confirm(dialog);

        Assert.True(Assert.IsType<Proto.StopSessionRequest>(Assert.Single(Calls.Requests)).Force);
    }

    [Fact]
    public void One_WithChildren_StopsThemUnlessTold()
    {
        Calls.On<Proto.StopSessionRequest>(_ => new Proto.StopSessionResponse());
        Proto.Session child = Session(2, name: "the child");
        child.ParentSessionId = "ses_000001";
        var dialog = Ask(Session(1), child);
        Assert.Equal("the child", dialog.Find(".dialog-names").TextContent.Trim());
        Assert.True(dialog.Find(".check input").HasAttribute("checked"));

        dialog.Find(".check input").Change(false);
        Confirm(dialog);

        Assert.False(Assert.IsType<Proto.StopSessionRequest>(Assert.Single(Calls.Requests)).IncludeChildren);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void Many_AboveTen_TheirNumberMustBeTyped(int sessions, bool mustType)
    {
        var dialog = Render<StopDialog>();
        dialog.InvokeAsync(() => Prompt.Ask(new StopChoice.Selected([.. Enumerable.Range(1, sessions).Select(i => Session(i))])));

        Assert.Equal(mustType, ConfirmButton(dialog).HasAttribute("disabled"));
        Assert.Equal(mustType ? 1 : 0, dialog.FindAll("#stop-count").Count);
        if (!mustType)
            return;
        dialog.Find("#stop-count").Input("10");
        Assert.True(ConfirmButton(dialog).HasAttribute("disabled"));
        dialog.Find("#stop-count").Input(" 11 ");
        Assert.False(ConfirmButton(dialog).HasAttribute("disabled"));
    }

    [Fact]
    public void One_EndedMeanwhile_IsToldInItsOwnWords()
    {
        Calls.On<Proto.StopSessionRequest>(_ => throw new RpcException(new Status(StatusCode.NotFound, "no session")));
        var dialog = Ask(Session(1));

        Confirm(dialog);

        Assert.Contains("no longer exists", Assert.Single(Said), StringComparison.Ordinal);
    }

    [Fact]
    public void Ask_SessionHasEnded_OpensNothing() => Assert.Empty(Ask(Session(1, Proto.SessionStatus.Stopped)).FindAll(".dialog-title"));

    private IRenderedComponent<StopDialog> Ask(params Proto.Session[] sessions)
    {
        Watched(sessions);
        var dialog = Render<StopDialog>();
        dialog.InvokeAsync(() => Prompt.Ask(sessions[0].SessionId));
        return dialog;
    }

    private static IElement ConfirmButton(IRenderedComponent<StopDialog> dialog) => dialog.Find(".button-danger");

    private static void Confirm(IRenderedComponent<StopDialog> dialog) => ConfirmButton(dialog).Click();
}
