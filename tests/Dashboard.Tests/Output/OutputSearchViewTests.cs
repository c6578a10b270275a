using Bunit;
using Coordinator.Testing.Samples;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class OutputSearchViewTests : OutputViewContext
{
    [Fact]
    public void Search_Hits_AreCountedMarkedAndGoneTo()
    {
        ScriptedEvents events = new(100_000) { Make = s => SampleEvents.Line(s, s % 1_000 == 0 ? $"an \u001B[31mERROR\u001B[0m at {s}" : $"line {s}") };
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
    public void Search_Cleared_LeavesNoRowMarked()
    {
        var view = Open(new ScriptedEvents(25));
        view.WaitForAssertion(() => Assert.Equal(25, Texts(view).Count));
        Search(view, "line 7");
        view.WaitForAssertion(() => Assert.Single(view.FindAll(".log-hit")));

        Search(view, "");

        view.WaitForAssertion(() => Assert.Empty(view.FindAll(".log-hit, .log-text mark")));
    }
}
