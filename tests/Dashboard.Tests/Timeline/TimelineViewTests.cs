using Bunit;
using Coordinator.Client.Events;
using Coordinator.Dashboard.Tests.Output;
using Coordinator.Dashboard.Timeline;
using Coordinator.Testing.Samples;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Dashboard.Tests.Timeline;

public sealed class TimelineViewTests : BunitContext
{
    private readonly FakeTimeProvider _time = new(SampleEvents.Start);
    private readonly ScriptedEvents _events = new();

    public TimelineViewTests()
    {
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton<IEventSource>(_events);
    }

    [Fact]
    public void Follow_AWholeRun_IsToldInOrder()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(
            1_300,
            SampleEvents.Message(1, "Fix **it**", Proto.MessageRole.User),
            SampleEvents.Started(2),
            SampleEvents.Message(3, "I shall **read** it."),
            SampleEvents.Call(4, "a", "Bash", """{"command":"npm test"}"""),
            SampleEvents.Result(1_209, "a", "1 failed", isError: true),
            SampleEvents.Stopped(1_210)));
        view.WaitForAssertion(() => Assert.Equal(7, view.FindAll(".entry").Count));
        Assert.Equal("Run 1 run_1", view.Find("h3").TextContent);
        Assert.Equal("Fix **it**", view.Find(".entry-prompt .bounded").TextContent);
        Assert.Equal("read", view.Find(".entry-assistant strong").TextContent);
        Assert.Equal("npm test", view.Find(".tool-gist").TextContent);
        Assert.Equal("failed", view.Find(".tool-outcome").TextContent);
        Assert.Equal("1,204 lines of output", view.Find(".entry-lines").TextContent);
        Assert.EndsWith("?tab=output&line=5", view.Find(".entry-lines").GetAttribute("href"), StringComparison.Ordinal);
        Assert.StartsWith("Run stopped in 840 ms (SIGTERM)", view.Find(".entry-stopped").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal("strip of SIGTERM", view.Find(".entry-stopped b").TextContent);
        Assert.Equal("2026-11-22T12:00:01.0000000Z", view.Find("time").GetAttribute("datetime"));
    }

    [Fact]
    public void Tool_Opened_ShowsWhatItWasGivenAndAnswered()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(2, SampleEvents.Call(1, "a", "Bash", """{"command":"echo '<b>'","timeout":5}"""), SampleEvents.Result(2, "a", "<b>hi</b>")));
        view.WaitForElement(".tool-item");
        Assert.Empty(view.FindAll(".tool-part"));
        view.Find(".tool-item").TriggerEvent("ontoggle", EventArgs.Empty);
        view.WaitForAssertion(() => Assert.Equal(["command", "timeout", "answer"], view.FindAll(".tool-label").Select(e => e.TextContent)));
        Assert.Equal(["echo '<b>'", "5", "<b>hi</b>"], view.FindAll(".tool-part .bounded").Select(e => e.TextContent));
        Assert.Empty(view.FindAll(".tool-part b"));
    }

    [Fact]
    public void Tool_AnswerComesLater_IsShownInPlace()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(1, SampleEvents.Call(1, "a", "Bash", "{}")));
        view.WaitForAssertion(() => Assert.Equal("no answer yet", view.Find(".tool-outcome").TextContent));
        _time.Advance(TimeSpan.FromSeconds(1));
        _events.Send(SampleEvents.Sent(2, SampleEvents.Result(2, "a", "done")));
        view.WaitForAssertion(() => Assert.Empty(view.FindAll(".tool-outcome")));
    }

    [Fact]
    public void Follow_LongSession_ShowsTheNewestAndEarlierOnDemand()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(450, Enumerable.Range(1, 450).Select(i => SampleEvents.Message(i, $"m {i}"))));
        view.WaitForAssertion(() => Assert.Equal(200, view.FindAll(".entry").Count));
        Assert.Equal("Show earlier (250 more)", view.Find(".timeline-earlier").TextContent);
        view.Find(".timeline-earlier").Click();
        view.WaitForAssertion(() => Assert.Equal(400, view.FindAll(".entry").Count));
        view.Find(".timeline-earlier").Click();
        view.WaitForAssertion(() => Assert.Equal(450, view.FindAll(".entry").Count));
        Assert.Empty(view.FindAll(".timeline-earlier"));
    }

    [Fact]
    public void Clock_MovesOn_SoDoTheTimes()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(1, SampleEvents.Started(1)));
        view.WaitForAssertion(() => Assert.Equal("just now", view.Find("time").TextContent));
        _time.Advance(TimeSpan.FromSeconds(60));
        view.WaitForAssertion(() => Assert.Equal("59 s ago", view.Find("time").TextContent));
    }

    [Theory]
    [InlineData(true, "Nothing has happened yet.")]
    [InlineData(false, "Nothing happened in this session.")]
    public void Follow_NothingHappened_SaysSo(bool active, string words)
    {
        var view = Open(active);
        Assert.Equal("Reading the timeline …", view.Find(".timeline-note").TextContent);
        _events.Send(SampleEvents.Sent(0));
        view.WaitForAssertion(() => Assert.Equal(words, view.Find(".timeline-note").TextContent));
    }

    [Fact]
    public void Follow_Refused_SaysWhyAndGoesOnWhereItWas()
    {
        var view = Open();
        _events.Send(SampleEvents.Sent(7, SampleEvents.Started(1)));
        _events.End(StatusCode.ResourceExhausted);
        view.WaitForAssertion(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.StartsWith("Too many pages follow sessions", view.Find(".stream-notice").TextContent.Trim(), StringComparison.Ordinal);
        });
        view.Find(".stream-notice button").Click();
        view.WaitForAssertion(() => Assert.Equal([new EventFollow(0, 0, true), new EventFollow(7, 0, true)], _events.Follows));
    }

    private IRenderedComponent<TimelineView> Open(bool active = true)
    {
        RenderFragment<Proto.StopRecord> strip = record => builder =>
        {
            builder.OpenElement(0, "b");
            builder.AddContent(1, $"strip of {record.Signal}");
            builder.CloseElement();
        };
        return Render<TimelineView>(p => p.Add(v => v.SessionId, "ses_1").Add(v => v.Active, active).Add(v => v.StopContent, strip));
    }
}
