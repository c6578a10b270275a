using AngleSharp.Dom;
using Bunit;
using Coordinator.Dashboard.Connection;
using Coordinator.Dashboard.Output;
using Coordinator.Dashboard.Shell;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class OutputViewTests : BunitContext
{
    private readonly FakeTimeProvider _time = new(Events.Start);
    private readonly PageEvents _page = new();
    private readonly BunitJSModuleInterop _area;

    public OutputViewTests()
    {
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton(_page);
        BunitJSModuleInterop module = JSInterop.SetupModule("./js/output.js");
        _area = module.SetupModule(i => i.Identifier == "attach");
        _area.Mode = JSRuntimeMode.Loose;
        module.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Open_LongOutput_ShowsItsEnd()
    {
        ScriptedEvents events = new(200_000);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 200000", Texts(view)[^1]));
        Assert.InRange(view.FindAll(".log-row").Count, 30, 120);
        Assert.Contains("height:4000000px", view.Find(".output-sizer").GetAttribute("style"), StringComparison.Ordinal);
        Assert.Contains(_area.Invocations, i => i.Identifier == "toEnd");
        // The newest sequence and the rows that are seen: nothing else was asked for.
        Assert.InRange(events.Lists.Count, 1, 2);
    }

    [Fact]
    public void Open_Line_ShowsAndPointsItOut()
    {
        ScriptedEvents events = new(200_000);
        var view = Open(events, line: 100_000);
        view.WaitForAssertion(() => Assert.Equal("line 100000", view.Find(".log-line .log-text").TextContent));
        view.WaitForAssertion(() => Assert.Contains(_area.Invocations, i => i.Identifier == "to" && i.Arguments[0] is double and > 1_999_000 and < 2_000_000));
        Assert.Equal("100000", view.Find(".log-line .log-number").TextContent);
        Assert.EndsWith("line=100000", view.Find(".log-line .log-number").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("false", Button(view, "Follow").GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task Scroll_Elsewhere_SaysLoadingThenShowsTheRows()
    {
        ScriptedEvents events = new(200_000);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 200000", Texts(view)[^1]));

        events.Hold = new();
        await view.InvokeAsync(() => view.Instance.Scroll(1_000_000, 600, isAtEnd: false, byReader: true, up: true, 0));
        Assert.All(Texts(view), t => Assert.Equal("loading …", t));
        events.Hold.SetResult();
        events.Hold = null;
        view.WaitForAssertion(() => Assert.Contains("line 50001", Texts(view)));
        view.WaitForAssertion(() => Assert.DoesNotContain("loading …", Texts(view)));
    }

    [Fact]
    public async Task Follow_ReaderScrolledUp_CountsNewLinesAndReturnsOnDemand()
    {
        ScriptedEvents events = new(1_000);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        await view.InvokeAsync(() => view.Instance.Scroll(2_000, 600, isAtEnd: false, byReader: true, up: true, 0));
        Write(events, 214);
        view.WaitForAssertion(() => Assert.Equal("↓ 214 new lines", view.Find(".output-unseen").TextContent));
        Assert.Contains("line 101", Texts(view));

        view.Find(".output-unseen").Click();
        view.WaitForAssertion(() => Assert.Equal("line 1214", Texts(view)[^1]));
        Assert.Empty(view.FindAll(".output-unseen"));
    }

    [Fact]
    public void Follow_EventsCome_StaysAtTheEnd()
    {
        ScriptedEvents events = new(10);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(10, Texts(view).Count));
        Write(events, 3);
        view.WaitForAssertion(() => Assert.Equal("line 13", Texts(view)[^1]));
        Assert.Contains("13 lines. Following.", view.Find(".output-foot").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Follow_GapBeyondTheTail_IsLoadedNotSkipped()
    {
        ScriptedEvents events = new(10);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(10, Texts(view).Count));
        Write(events, 5_000);
        view.WaitForAssertion(() => Assert.Equal("line 5010", Texts(view)[^1]));
        view.InvokeAsync(() => view.Instance.Scroll(0, 600, isAtEnd: false, byReader: true, up: true, 0));
        view.WaitForAssertion(() => Assert.Equal("line 1", Texts(view)[0]));
        view.WaitForAssertion(() => Assert.Contains("line 60", Texts(view)));
    }

    [Fact]
    public void Pause_EventsCome_HoldsTheRows()
    {
        ScriptedEvents events = new(10);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(10, Texts(view).Count));
        Button(view, "Pause").Click();
        Write(events, 5);
        view.WaitForAssertion(() => Assert.Equal("↓ 5 new lines, paused", view.Find(".output-unseen").TextContent));
        Assert.Equal(10, Texts(view).Count);
        Button(view, "Pause").Click();
        view.WaitForAssertion(() => Assert.Equal(15, Texts(view).Count));
    }

    [Fact]
    public void Search_Hits_AreCountedMarkedAndGoneTo()
    {
        ScriptedEvents events = new(100_000) { Make = s => Events.Line(s, s % 1_000 == 0 ? $"an \u001B[31mERROR\u001B[0m at {s}" : $"line {s}") };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Contains("line 99999", Texts(view)));
        view.Find("#output-search").Input("error");
        view.Find(".output-search").Submit();
        // From what is seen on: the last line is a hit.
        view.WaitForAssertion(() => Assert.Equal("100 of 100", view.Find(".output-hits").TextContent));
        Assert.Equal("100000", view.Find(".log-hit .log-number").TextContent);
        Assert.Equal("ERROR", view.Find(".log-hit mark.ansi-fg-1").TextContent);

        view.Find(".output-search").Submit();
        view.WaitForAssertion(() => Assert.Equal("1 of 100", view.Find(".output-hits").TextContent));
        view.WaitForAssertion(() => Assert.Equal("an ERROR at 1000", view.Find(".log-hit .log-text").TextContent));
        Press("n");
        view.WaitForAssertion(() => Assert.Equal("2 of 100", view.Find(".output-hits").TextContent));
        Press("N");
        Press("N");
        view.WaitForAssertion(() => Assert.Equal("100 of 100", view.Find(".output-hits").TextContent));
    }

    [Fact]
    public void Search_MoreThanOneAnswerHolds_GoesOn()
    {
        ScriptedEvents events = new(25) { MaxHits = 10 };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(25, Texts(view).Count));
        Search(view, "line");
        view.WaitForAssertion(() => Assert.Equal("1 of 10+", view.Find(".output-hits").TextContent));
        for (int i = 0; i < 10; i++)
            Press("n");
        view.WaitForAssertion(() => Assert.Equal("11 of 20+", view.Find(".output-hits").TextContent));
    }

    [Fact]
    public void Search_Nothing_SaysSo()
    {
        var view = Open(new ScriptedEvents(25));
        view.WaitForAssertion(() => Assert.Equal(25, Texts(view).Count));
        Search(view, "unicorn");
        view.WaitForAssertion(() => Assert.Equal("No matches", view.Find(".output-hits").TextContent));
    }

    [Fact]
    public void Rows_EachKind_IsToldApartWithoutColour()
    {
        ScriptedEvents events = new(4)
        {
            Make = s => s switch
            {
                1 => Events.Started(1),
                2 => Events.Line(2, "\u001B[1;32mok\u001B[0m done"),
                3 => Events.Line(3, "broken", Proto.OutputStream.Stderr),
                _ => Events.At(4, new() { Output = new() { SkippedLines = 3_102 } }),
            },
        };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(4, Texts(view).Count));
        Assert.Equal("run started on rnr_1 as process 42", view.Find(".log-event .log-text").TextContent);
        Assert.Equal("ok done", view.Find(".log-out .log-text").TextContent);
        Assert.Equal("ok", view.Find(".log-out .ansi-fg-2.ansi-bold").TextContent);
        Assert.Equal("err", view.Find(".log-err .log-mark").TextContent);
        Assert.StartsWith("3,102 lines were skipped", view.Find(".log-skipped .log-text").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_LongLine_IsCutAndShownWholeOnDemand()
    {
        ScriptedEvents events = new(1)
        {
            Make = s => Events.At(s, new() { Output = new() { Text = new string('x', 60_000) + "<b>end</b>", TruncatedBytes = 900_000 } }),
        };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Contains("… 58,010 more characters", Texts(view)[0], StringComparison.Ordinal));
        Assert.Contains("… 900,000 bytes were cut from this line", Texts(view)[0], StringComparison.Ordinal);
        await view.InvokeAsync(() => view.Instance.ShowWhole(1));
        Assert.Contains("<b>end</b>", Texts(view)[0], StringComparison.Ordinal);
        Assert.Empty(view.FindAll("b"));
    }

    [Fact]
    public void Load_Fails_SaysSoAndTriesAgainOnDemand()
    {
        ScriptedEvents events = new(1_000) { Failure = new RpcException(new Status(StatusCode.Unavailable, "")) };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Contains("The coordinator cannot be reached.", view.Find(".stream-notice").TextContent, StringComparison.Ordinal));
        events.Failure = null;
        view.Find(".stream-notice button").Click();
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        Assert.Empty(view.FindAll(".stream-notice"));
    }

    [Fact]
    public void Load_ShortAnswers_AreAskedForUntilWhole()
    {
        ScriptedEvents events = new(1_000) { MaxPage = 7 };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        view.WaitForAssertion(() => Assert.DoesNotContain("loading …", Texts(view)));
    }

    [Fact]
    public async Task Load_AnswerIsAheadOfALiveStream_RowsWaitForTheStream()
    {
        ScriptedEvents events = new(10_000);
        var view = Open(events);
        events.Connection(ConnectionState.Live);
        view.WaitForAssertion(() => Assert.Equal("line 10000", Texts(view)[^1]));
        events.Grow(500);
        await view.InvokeAsync(() => view.Instance.Scroll(0, 600, isAtEnd: false, byReader: true, up: true, 0));
        view.WaitForAssertion(() => Assert.Equal("line 1", Texts(view)[0]));
        Assert.Contains("10,000 lines", view.Find(".output-foot").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_EndsForGood_SaysWhyAndFollowsAgainOnDemand()
    {
        ScriptedEvents events = new(10);
        var view = Open(events);
        events.End(StatusCode.NotFound);
        view.WaitForAssertion(() => Assert.Contains("no longer exists", view.Find(".stream-notice").TextContent, StringComparison.Ordinal));
        view.Find(".stream-notice button").Click();
        view.WaitForAssertion(() => Assert.Equal(2, events.Follows.Count));
    }

    [Fact]
    public void Stream_LostForAWhile_SaysSinceWhen()
    {
        ScriptedEvents events = new(10);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(10, Texts(view).Count));
        _time.Advance(TimeSpan.FromSeconds(8));
        events.Connection(new ConnectionState(ConnectionPhase.Offline, Events.Start));
        view.WaitForAssertion(() => Assert.StartsWith("New events have not arrived for 8.00 s.", view.Find(".stream-notice").TextContent.Trim(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "Nothing has been written yet. Lines appear here as they come.")]
    [InlineData(false, "This session wrote nothing.")]
    public void Open_NothingWritten_SaysSo(bool active, string words)
    {
        var view = Open(new ScriptedEvents(), active: active);
        view.WaitForAssertion(() => Assert.Equal(words, view.Find(".output-empty").TextContent));
    }

    [Fact]
    public void Wrap_Key_ShowsAPartWithTheWayToTheRest()
    {
        ScriptedEvents events = new(1_000);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        Press("w");
        view.WaitForAssertion(() => Assert.Equal("line 701", Texts(view)[0]));
        Assert.Equal(300, Texts(view).Count);
        view.Find(".output-part").Click();
        view.WaitForAssertion(() => Assert.Equal("line 501", Texts(view)[0]));
        Assert.Contains(_area.Invocations, i => i.Identifier == "toRow" && i.Arguments is [701L, "Start"]);
    }

    [Fact]
    public async Task ChooseLine_GutterAndBox_TellThePage()
    {
        List<long?> chosen = [];
        ScriptedEvents events = new(1_000);
        Services.AddSingleton<IEventSource>(events);
        var view = Render<OutputView>(p => p.Add(v => v.SessionId, "ses_1").Add(v => v.OnLineChosen, line => chosen.Add(line)));
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        await view.InvokeAsync(() => view.Instance.ChooseLine(990));
        view.Find("#output-line").Change("1,000");
        view.Find(".output-goto").Submit();
        Assert.Equal([990, 1_000], chosen);
    }

    [Fact]
    public void Tools_Choices_ChangeWhatIsShown()
    {
        var view = Open(new ScriptedEvents(3));
        view.WaitForAssertion(() => Assert.Equal(3, Texts(view).Count));
        Button(view, "Times").Click();
        Assert.Equal("12:00:01.000", view.Find(".log-time").TextContent);
        view.Find("#output-streams").Change("Stderr");
        Assert.Contains("output-stderr", view.Find("[role=log]").ClassName, StringComparison.Ordinal);
        Assert.Equal("sessions/ses_1/output.txt", view.Find("a[download]").GetAttribute("href"));
    }

    private IRenderedComponent<OutputView> Open(ScriptedEvents events, long? line = null, bool active = true)
    {
        Services.AddSingleton<IEventSource>(events);
        return Render<OutputView>(p => p.Add(v => v.SessionId, "ses_1").Add(v => v.Line, line).Add(v => v.Active, active));
    }

    /// <summary>Lines come, long enough after the last rendering that they are shown at once.</summary>
    private void Write(ScriptedEvents events, int lines)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        events.Write(lines);
    }

    private void Press(string key) => _ = Renderer.Dispatcher.InvokeAsync(() => _page.PressKey(key));

    private static void Search(IRenderedComponent<OutputView> view, string text)
    {
        view.Find("#output-search").Input(text);
        view.Find(".output-search").Submit();
    }

    private static IElement Button(IRenderedComponent<OutputView> view, string name) => view.FindAll("button").Single(b => b.TextContent == name);

    private static List<string> Texts(IRenderedComponent<OutputView> view) => [.. view.FindAll(".log-text").Select(e => e.TextContent)];
}
