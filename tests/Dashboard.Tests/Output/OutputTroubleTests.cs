using Bunit;
using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Coordinator.Dashboard.Output;
using Coordinator.Testing.Samples;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.Dashboard.Tests.Output;

/// <summary>What a reader is told when events are late, missing or too many.</summary>
public sealed class OutputTroubleTests : OutputViewContext
{
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
        await view.InvokeAsync(() => Area().Scroll(0, 600, isAtEnd: false, byReader: true, up: true, 0));
        view.WaitForAssertion(() => Assert.Equal("line 1", Texts(view)[0]));
        Assert.Contains("10,000 lines", view.Find(".output-foot").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_FarBehindTheWriter_GoesOnWithTheNewest()
    {
        ScriptedEvents events = new(10);
        await FloodAsync(events, writtenMeanwhile: 100_000);
        await Eventually.True(() => events.Follows.Count == 2);
        Assert.Equal(new EventFollow(10_010, Tail: 500), events.Follows[1]);
    }

    [Fact]
    public async Task Stream_AlmostAsFastAsTheWriter_GoesOnAsItIs()
    {
        ScriptedEvents events = new(10);
        var view = await FloodAsync(events, writtenMeanwhile: 1_000);
        events.Send(SampleEvents.Sent(10_011, SampleEvents.Line(10_011)));
        await Eventually.True(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            return view.Find(".output-foot").TextContent.StartsWith("10,011 lines", StringComparison.Ordinal);
        });
        Assert.Single(events.Follows);
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
        Time.Advance(TimeSpan.FromSeconds(8));
        events.Connection(new ConnectionState(ConnectionPhase.Offline, SampleEvents.Start));
        view.WaitForAssertion(() => Assert.StartsWith("New events have not arrived for 8.00 s.", view.Find(".stream-notice").TextContent.Trim(), StringComparison.Ordinal));
    }

    /// <summary>The stream brings ten thousand events while many more are written, and the page looks how far it is behind.</summary>
    private async Task<IRenderedComponent<OutputView>> FloodAsync(ScriptedEvents events, int writtenMeanwhile)
    {
        var view = Open(events);
        view.WaitForAssertion(() => Assert.Equal(10, Texts(view).Count));
        events.Grow(10_000 + writtenMeanwhile);
        int lists = events.Lists.Count;
        for (long sequence = 11; sequence < 10_010; sequence += 1_000)
            events.Send(SampleEvents.Sent(sequence + 999, Enumerable.Range(0, 1_000).Select(i => SampleEvents.Line(sequence + i))));
        await Eventually.True(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            return events.Lists.Count > lists;
        });
        return view;
    }
}
