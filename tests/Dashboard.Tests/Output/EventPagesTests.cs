using Coordinator.Dashboard.Output;
using Coordinator.Testing.Samples;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class EventPagesTests
{
    [Fact]
    public void Missing_NothingKnown_IsThePageFromItsBeginning() =>
        Assert.Equal(new MissingEvents(99_500, 500), new EventPages().Missing(99_700, 99_760, 200_000));

    [Fact]
    public void Missing_LastPage_EndsAtTheNewest() => Assert.Equal(new MissingEvents(199_500, 123), new EventPages().Missing(199_600, 199_620, 199_623));

    [Fact]
    public void Missing_PartOfAPageKnown_AsksForTheRest()
    {
        EventPages pages = new();
        pages.Add(Lines(601, 1_100));
        Assert.Equal(new MissingEvents(500, 100), pages.Missing(590, 610, 2_000));
        Assert.Null(pages.Missing(601, 1_100, 2_000));
        Assert.Equal(new MissingEvents(1_100, 400), pages.Missing(1_090, 1_110, 2_000));
    }

    [Fact]
    public void Missing_ShortAnswer_AsksForWhatIsLeft()
    {
        EventPages pages = new();
        pages.Add(Lines(1, 7));
        Assert.Equal(new MissingEvents(7, 493), pages.Missing(1, 60, 500));
    }

    [Fact]
    public void Add_MoreThanItHolds_ForgetsWhatWasLookedAtLongestAgo()
    {
        EventPages pages = new(maxPages: 3);
        pages.Add(Lines(1, 1_500));
        pages.Missing(1, 10, 2_000);
        pages.Add(Lines(1_501, 2_000));
        Assert.Equal(3, pages.Count);
        Assert.True(pages.TryGet(1, out _));
        Assert.False(pages.TryGet(501, out _));
        Assert.True(pages.TryGet(2_000, out OutputRow? row));
        Assert.Equal("line 2000", row.Line.Runs[0].Text);
    }

    [Fact]
    public void Add_LongLines_AreBoundedBySize()
    {
        EventPages pages = new(maxCharacters: 1_000_000);
        for (int page = 0; page < 10; page++)
            pages.Add([SampleEvents.Line((page * 500) + 1, new string('x', 300_000))]);
        Assert.Equal(3, pages.Count);
    }

    [Fact]
    public void Add_SameEventsTwice_CountsThemOnce()
    {
        EventPages pages = new(maxCharacters: 1_000_000);
        for (int i = 0; i < 10; i++)
            pages.Add([SampleEvents.Line(1, new string('x', 400_000)), SampleEvents.Line(501, new string('x', 400_000))]);
        Assert.Equal(2, pages.Count);
    }

    private static IEnumerable<Proto.SessionEvent> Lines(long first, long last)
    {
        for (long sequence = first; sequence <= last; sequence++)
            yield return SampleEvents.Line(sequence);
    }
}
