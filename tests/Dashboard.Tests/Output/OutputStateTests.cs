using Coordinator.Dashboard.Output;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class OutputStateTests
{
    private static readonly OutputState Long = OutputState.Empty.Received(200_000).Reached();

    [Fact]
    public void Received_WhileFollowing_ShowsTheEnd()
    {
        OutputState state = Long.Received(200_050);
        Assert.Equal(200_050, state.Window.End);
        Assert.Equal(ScrollTarget.End, state.Target);
        Assert.Equal(0, state.Unseen);
    }

    [Fact]
    public void Received_LateMessage_ChangesNothing() => Assert.Same(Long, Long.Received(10));

    [Fact]
    public void Scrolled_UpByReader_StopsFollowingAndCountsWhatIsMissed()
    {
        OutputState state = Long.Scrolled(Report(top: 3_000_000, up: true));
        Assert.False(state.Follows);
        Assert.Null(state.Target);
        Assert.True(state.Window.Covers(150_000, 150_030));

        state = state.Received(200_214);
        Assert.Equal(214, state.Unseen);
        Assert.Null(state.Target);
        Assert.True(state.Window.Covers(150_000, 150_030));

        state = state.FollowToggled();
        Assert.True(state.Follows);
        Assert.Equal(0, state.Unseen);
        Assert.Equal(200_214, state.Window.End);
        Assert.Equal(ScrollTarget.End, state.Target);
    }

    [Fact]
    public void Scrolled_ByThePageItself_GoesOnFollowing() =>
        Assert.True(Long.Scrolled(Report(top: 3_000_000, up: true, byReader: false)).Follows);

    [Fact]
    public void Scrolled_ViewGrewWhileFollowing_GoesToTheEndAgain() =>
        Assert.Equal(ScrollTarget.End, Long.Scrolled(Report(top: 3_999_000, byReader: false)).Target);

    [Fact]
    public void Scrolled_BackToTheEnd_FollowsAgain()
    {
        OutputState away = Long.Scrolled(Report(top: 3_000_000, up: true)).Received(200_001);
        Assert.True(away.Scrolled(Report(top: 3_999_420, atEnd: true)).Follows);
    }

    [Fact]
    public void Scrolled_WithinTheWindow_KeepsIt()
    {
        OutputState state = Long.Scrolled(Report(top: 2_000_000, up: true));
        OutputState moved = state.Scrolled(Report(top: 2_000_200));
        Assert.Equal(state.Window, moved.Window);
        Assert.True(state.LooksLike(moved));
        Assert.NotEqual(state.Window, moved.Scrolled(Report(top: 2_001_000)).Window);
    }

    [Fact]
    public void Pause_EventsCome_HoldsTheRowsAndCounts()
    {
        OutputState state = Long.PauseToggled().Received(200_300);
        Assert.Equal(200_000, state.Rows);
        Assert.Equal(300, state.Unseen);
        Assert.Equal(Long.Window, state.Window);

        state = state.PauseToggled();
        Assert.Equal(200_300, state.Rows);
        Assert.Equal(0, state.Unseen);
    }

    [Fact]
    public void WithLine_KnownLine_IsInTheMiddleAndNotFollowed()
    {
        OutputState state = Long.WithLine(100_000);
        Assert.False(state.Follows);
        Assert.Equal(new ScrollTarget(99_999, RowAlign.Centre), state.Target);
        Assert.True(state.Window.Covers(99_985, 100_014));
    }

    [Fact]
    public void WithLine_LineThatIsSeen_StaysWhereItStands()
    {
        OutputState state = Long.Scrolled(Report(top: 2_000_000, up: true)).WithLine(100_010);
        Assert.Null(state.Target);
        Assert.Equal(100_010, state.Line);
    }

    [Fact]
    public void WithLine_BeforeAnythingIsKnown_IsGoneToLater()
    {
        OutputState state = OutputState.Empty.WithLine(100_000);
        Assert.Equal(0, state.Window.Count);
        state = state.Received(200_000);
        Assert.True(state.Window.Covers(99_990, 100_010));
        Assert.Equal(0, state.Unseen);
        Assert.Equal(7, state.Received(200_007).Unseen);
    }

    [Fact]
    public void WithLine_BeyondTheEnd_GoesToTheLastRow() => Assert.Equal(200_000, Long.WithLine(999_999).Window.End);

    [Fact]
    public void WentToHit_BehindAPause_EndsThePause()
    {
        OutputState state = Long.PauseToggled().Received(200_300).WentToHit(200_250);
        Assert.False(state.IsPaused);
        Assert.True(state.Window.Covers(200_249, 200_250));
    }

    [Fact]
    public void Wrap_LongOutput_IsAWindowThatMovesOnDemand()
    {
        OutputState state = Long.WrapToggled();
        Assert.Equal(new RowWindow(200_000 - OutputState.WrapWindow, OutputState.WrapWindow), state.Window);

        OutputState earlier = state.Earlier();
        Assert.False(earlier.Follows);
        Assert.True(earlier.Window.Covers(state.Window.First - 100, state.Window.First + 1));
        Assert.Equal(new ScrollTarget(state.Window.First, RowAlign.Start), earlier.Target);

        OutputState later = earlier.Later();
        Assert.Equal(state.Window, later.Window);
        Assert.Equal(new ScrollTarget(earlier.Window.End - 1, RowAlign.End), later.Target);
    }

    [Fact]
    public void Wrap_InTheMiddle_StaysThere()
    {
        OutputState state = Long.Scrolled(Report(top: 2_000_000, up: true)).WrapToggled();
        Assert.True(state.Window.Covers(99_990, 100_030));
        Assert.Equal(OutputState.WrapWindow, state.Window.Count);
        Assert.Equal(100_000, state.WrapToggled().TopRow);
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(150, 300)]
    [InlineData(290, 300)]
    [InlineData(3, 5)]
    public void Wrap_NearAnEdge_ShowsAsMuchAsThereIs(long line, long rows)
    {
        OutputState state = OutputState.Empty.Received(rows).WrapToggled().WithLine(line);
        Assert.Equal(new RowWindow(0, (int)rows), state.Window);
    }

    [Fact]
    public void AnySequenceOfActions_WindowStaysWithinRowsAndCoversTheView()
    {
        Random random = new(3);
        for (int round = 0; round < 300; round++)
        {
            OutputState state = OutputState.Empty;
            for (int step = 0; step < 60; step++)
            {
                state = Step(state, random);
                Assert.InRange(state.Window.First, 0, state.Rows);
                Assert.InRange(state.Window.End, state.Window.First, state.Rows);
                Assert.InRange(state.Rows, 0, state.Newest);
                Assert.InRange(state.Unseen, 0, state.Newest);
                if (!state.Wraps && state.Rows > 0)
                    Assert.True(state.Window.Covers(Math.Min(state.TopRow, state.Rows - 1), Math.Min(state.Rows, state.TopRow + 5)));
            }
        }
    }

    private static OutputState Step(OutputState state, Random random) => random.Next(12) switch
    {
        0 or 1 or 2 => state.Received(state.Newest + random.Next(0, 2_000)),
        3 or 4 => state.Scrolled(new ScrollReport(random.NextDouble() * state.Geometry.Height, random.Next(100, 900), random.Next(4) == 0, random.Next(2) == 0, random.Next(2) == 0, 0)),
        5 => state.FollowToggled(),
        6 => state.PauseToggled(),
        7 => state.WrapToggled(),
        8 => state.WithLine(random.Next(0, 50_000)),
        9 => state.Wraps ? state.Earlier() : state.Beginning(),
        10 => state.Wraps ? state.Later() : state.Ending(),
        _ => state.Reached(),
    };

    private static ScrollReport Report(double top, bool up = false, bool byReader = true, bool atEnd = false) => new(top, 600, atEnd, byReader, up, 0);
}
