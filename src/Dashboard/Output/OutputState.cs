namespace Coordinator.Dashboard.Output;

/// <summary>
/// What a reader sees of an output and how they got there. Changes only by its own methods; every event is one row, and
/// since sequences have no gaps row n is the event with sequence n + 1.
/// </summary>
public sealed record OutputState
{
    /// <summary>Rows kept ready above and below what is seen, so that scrolling rarely shows an empty place.</summary>
    private const int Overscan = 40;

    /// <summary>When fewer than so many of them are left, the window moves.</summary>
    private const int Margin = 15;

    /// <summary>Wrapped rows have heights of their own, so only so many are in the page.</summary>
    public const int WrapWindow = 300;

    private const int WrapStep = 200;

    public static OutputState Empty { get; } = new();

    /// <summary>The newest event there is.</summary>
    public long Newest { get; private init; }

    /// <summary>Whether it is known at all how many events there are.</summary>
    public bool IsKnown { get; private init; }

    /// <summary>Rows that can be scrolled to; fewer than there are events while paused.</summary>
    public long Rows { get; private init; }

    /// <summary>The rows that are in the page.</summary>
    public RowWindow Window { get; private init; }

    /// <summary>Whether the view stays at the end as events come.</summary>
    public bool Follows { get; private init; } = true;

    public bool IsPaused { get; private init; }

    public bool Wraps { get; private init; }

    public bool ShowsTimes { get; private init; }

    public StreamChoice Streams { get; private init; }

    /// <summary>The line that is pointed out; its sequence.</summary>
    public long? Line { get; private init; }

    /// <summary>The hit of a search that was gone to last; its sequence.</summary>
    public long? Hit { get; private init; }

    /// <summary>Events that have come since the reader left the end.</summary>
    public long Unseen => Follows && !IsPaused ? 0 : Newest - Seen;

    public RowGeometry Geometry => new(Rows, ViewHeight);

    public double ScrollTop { get; private init; }

    /// <summary>The row at the top of the view.</summary>
    public long TopRow { get; private init; }

    internal ScrollTarget? Target { get; private init; }

    private long Seen { get; init; }

    private double ViewHeight { get; init; } = 600;

    /// <summary>It is known that there are events up to this one.</summary>
    public OutputState Received(long newest)
    {
        if (IsKnown && newest <= Newest)
            return this;
        OutputState next = this with { Newest = Math.Max(newest, Newest), IsKnown = true };
        if (!IsKnown && Line is { } line)
            return (next with { Rows = next.Newest, Seen = next.Newest }).GoTo(line);
        return IsPaused ? next : next.WithRows();
    }

    public OutputState Scrolled(ScrollReport report)
    {
        bool leaves = report is { ByReader: true, Up: true, IsAtEnd: false };
        bool arrives = report is { ByReader: true, IsAtEnd: true } && !IsPaused && (!Wraps || Window.End == Rows);
        OutputState next = this with
        {
            ScrollTop = report.Top,
            ViewHeight = report.Height,
            TopRow = report.TopSequence > 0 ? report.TopSequence - 1 : new RowGeometry(Rows, report.Height).TopRow(report.Top),
            Follows = (Follows && !leaves) || arrives,
            Seen = Follows && leaves ? Rows : Seen,
        };
        // The view changed its height under a reader who follows.
        if (next.Follows && !report.IsAtEnd)
            next = next with { Target = ScrollTarget.End };
        return next.Follows ? next.AtEnd() : next.AroundTop();
    }

    /// <summary>Goes to the end and stays there, or stays where it is.</summary>
    public OutputState FollowToggled() => Follows && !IsPaused
        ? Left()
        : (this with { Follows = true, IsPaused = false }).WithRows().AtEnd() with { Target = ScrollTarget.End };

    public OutputState PauseToggled() => IsPaused
        ? (this with { IsPaused = false }).WithRows()
        : this with { IsPaused = true, Seen = Follows ? Rows : Seen };

    public OutputState WrapToggled()
    {
        OutputState next = this with { Wraps = !Wraps, Window = default };
        return Follows ? next.AtEnd() with { Target = ScrollTarget.End } : next.To(TopRow, RowAlign.Start);
    }

    public OutputState TimesToggled() => this with { ShowsTimes = !ShowsTimes };

    public OutputState Chose(StreamChoice streams) => this with { Streams = streams };

    /// <summary>Points out a line of the page's address and goes there; null points out none.</summary>
    public OutputState WithLine(long? sequence) => sequence switch
    {
        null or <= 0 => this with { Line = null },
        // Chosen where it stands.
        { } line when IsSeen(line - 1) => Left() with { Line = line },
        { } line => GoTo(line) with { Line = line },
    };

    public OutputState WentToHit(long sequence) => GoTo(sequence) with { Hit = sequence };

    /// <summary>What was searched for is not looked for any more.</summary>
    public OutputState LeftHit() => this with { Hit = null };

    public OutputState Beginning() => GoTo(1);

    public OutputState Ending() => IsPaused ? GoTo(Rows) : Follows ? this with { Target = ScrollTarget.End } : FollowToggled();

    /// <summary>The rows before the window, when it does not move by itself.</summary>
    public OutputState Earlier() => Left() with
    {
        Window = RowWindow.Within(Window.First - WrapStep, Math.Max(0, Window.First - WrapStep) + WrapWindow, Rows),
        Target = new(Window.First, RowAlign.Start),
    };

    /// <summary>The rows after it.</summary>
    public OutputState Later()
    {
        long end = Math.Min(Rows, Window.End + WrapStep);
        return this with { Window = RowWindow.Within(end - WrapWindow, end, Rows), Target = new(Window.End - 1, RowAlign.End) };
    }

    /// <summary>The view was scrolled as it should be.</summary>
    public OutputState Reached() => this with { Target = null };

    /// <summary>Whether a page that shows the one shows the other as well.</summary>
    public bool LooksLike(OutputState other) => this with
    {
        TopRow = other.TopRow,
        ScrollTop = Geometry.IsScaled ? ScrollTop : other.ScrollTop,
        ViewHeight = other.ViewHeight,
    } == other;

    private OutputState GoTo(long sequence)
    {
        OutputState left = Left();
        if (!IsKnown)
            return left;
        // A pause ends where the reader asks for what has come since.
        if (sequence > Rows)
            left = left with { IsPaused = false, Rows = Newest };
        return left.To(Math.Clamp(sequence - 1, 0, Math.Max(0, left.Rows - 1)), RowAlign.Centre);
    }

    /// <summary>The reader no longer wants to be at the end.</summary>
    private OutputState Left() => this with { Follows = false, Seen = Follows ? Rows : Seen };

    private bool IsSeen(long row) => IsKnown && !Wraps && row >= TopRow && row < Math.Min(Rows, TopRow + Geometry.VisibleRows - 2);

    private OutputState To(long row, RowAlign align)
    {
        double scrollTop = Geometry.ScrollTopFor(row, align);
        OutputState next = this with
        {
            Target = new(row, align),
            ScrollTop = scrollTop,
            TopRow = Wraps ? row : Geometry.TopRow(scrollTop),
        };
        return Wraps
            ? next with { Window = RowWindow.Within(Math.Min(row - (WrapWindow / 2), Rows - WrapWindow), Math.Max(row + (WrapWindow / 2), WrapWindow), Rows) }
            : next.AroundTop();
    }

    private OutputState WithRows()
    {
        OutputState next = this with { Rows = Newest };
        return Follows ? next.AtEnd() with { Target = ScrollTarget.End } : next.AroundTop();
    }

    private OutputState AtEnd()
    {
        int count = Wraps ? WrapWindow : Geometry.VisibleRows + Overscan;
        RowWindow window = RowWindow.Within(Rows - count, Rows, Rows);
        return this with { Window = window, TopRow = Math.Max(0, Rows - Geometry.VisibleRows), ScrollTop = Wraps ? ScrollTop : Math.Max(0, Geometry.Height - ViewHeight) };
    }

    private OutputState AroundTop()
    {
        long top = Math.Min(TopRow, Math.Max(0, Rows - 1)), end = Math.Min(Rows, top + Geometry.VisibleRows);
        if (Wraps)
        {
            // Moves only when asked to, but is never shorter than it could be.
            return Window.Count >= Math.Min(WrapWindow, Rows) ? this : this with { Window = RowWindow.Within(Window.First, Window.First + WrapWindow, Rows) };
        }

        if (Window.Covers(Math.Max(0, top - Margin), Math.Min(Rows, end + Margin)))
            return this;
        return this with { Window = RowWindow.Within(top - Overscan, end + Overscan, Rows) };
    }
}
