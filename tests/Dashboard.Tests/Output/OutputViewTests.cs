using Bunit;
using Coordinator.Testing.Samples;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class OutputViewTests : OutputViewContext
{
    [Fact]
    public void Open_LongOutput_ShowsItsEnd()
    {
        ScriptedEvents events = new(200_000);
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal("line 200000", Texts(view)[^1]));
        Assert.InRange(view.FindAll(".log-row").Count, 30, 120);
        Assert.Contains("height:4000000px", view.Find(".output-sizer").GetAttribute("style"), StringComparison.Ordinal);
        Assert.Contains(Moves, i => i.Identifier == "toEnd");
        // The newest sequence and the rows that are seen: nothing else was asked for.
        Assert.InRange(events.Lists.Count, 1, 2);
    }

    [Fact]
    public void Open_Line_ShowsAndPointsItOut()
    {
        ScriptedEvents events = new(200_000);
        var view = Open(events, line: 100_000);
        view.WaitForAssertion(() => Assert.Equal("line 100000", view.Find(".log-line .log-text").TextContent));
        view.WaitForAssertion(() => Assert.Contains(Moves, i => i.Identifier == "to" && i.Arguments[0] is double and > 1_999_000 and < 2_000_000));
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
        await view.InvokeAsync(() => Area().Scroll(1_000_000, 600, isAtEnd: false, byReader: true, up: true, 0));
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
        await view.InvokeAsync(() => Area().Scroll(2_000, 600, isAtEnd: false, byReader: true, up: true, 0));
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
        view.InvokeAsync(() => Area().Scroll(0, 600, isAtEnd: false, byReader: true, up: true, 0));
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
    public void Rows_EachKind_IsToldApartWithoutColour()
    {
        ScriptedEvents events = new(4)
        {
            Make = s => s switch
            {
                1 => SampleEvents.Started(1),
                2 => SampleEvents.Line(2, "\u001B[1;32mok\u001B[0m done"),
                3 => SampleEvents.Line(3, "broken", Proto.OutputStream.Stderr),
                _ => SampleEvents.At(4, new() { Output = new() { SkippedLines = 3_102 } }),
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

    [Theory]
    [InlineData(1, "1 byte of earlier states")]
    [InlineData(999, "999 bytes of earlier states")]
    [InlineData(600_123, "600 KB of earlier states")]
    public void Rows_LineThatWasOverwritten_SaysSo(long bytes, string words)
    {
        ScriptedEvents events = new(1)
        {
            Make = s => SampleEvents.At(s, new() { Output = new() { Text = "user\u202etxt.exe 100 %", OverwrittenBytes = bytes } }),
        };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(words, view.Find(".log-out .log-cut").TextContent));
        Assert.StartsWith("user⟨U+202E⟩txt.exe 100 %", Texts(view)[0].TrimStart(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_LongLine_IsCutAndShownWholeOnDemand()
    {
        ScriptedEvents events = new(1)
        {
            Make = s => SampleEvents.At(s, new() { Output = new() { Text = new string('x', 60_000) + "<b>end</b>", TruncatedBytes = 900_000 } }),
        };
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Contains("… 58,010 more characters", Texts(view)[0], StringComparison.Ordinal));
        Assert.Contains("… 900,000 bytes were cut from this line", Texts(view)[0], StringComparison.Ordinal);
        await view.InvokeAsync(() => Area().ShowWhole(1));
        Assert.Contains("<b>end</b>", Texts(view)[0], StringComparison.Ordinal);
        Assert.Empty(view.FindAll("b"));
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
        Assert.Contains(Moves, i => i.Identifier == "toRow" && i.Arguments is [701L, "Start"]);
    }

    [Fact]
    public async Task ChooseLine_GutterAndBox_TellThePage()
    {
        List<long?> chosen = [];
        ScriptedEvents events = new(1_000);
        var view = Open(events, chosen: chosen.Add);
        view.WaitForAssertion(() => Assert.Equal("line 1000", Texts(view)[^1]));
        await view.InvokeAsync(() => Area().ChooseLine(990));
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
        view.WaitForAssertion(() => Assert.Equal("12:00:01.000", view.Find(".log-time").TextContent));
        view.Find("#output-streams").Change("Stderr");
        view.WaitForAssertion(() => Assert.Contains("output-stderr", view.Find("[role=log]").ClassName, StringComparison.Ordinal));
        Assert.Equal("sessions/ses_1/output.txt", view.Find("a[download]").GetAttribute("href"));
    }
}
