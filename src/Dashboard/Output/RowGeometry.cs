namespace Coordinator.Dashboard.Output;

/// <summary>
/// Where rows of one height lie in a scrolled area. Browsers cannot make an element of any height (Firefox ends at about
/// 17.9 million pixels, Chromium and Safari at 33.5 million), so beyond <see cref="MaxHeight"/> a pixel of the scroll bar
/// stands for several of the rows.
/// </summary>
/// <param name="Rows">How many rows there are.</param>
/// <param name="ViewHeight">Of what is seen of them, in pixels.</param>
public readonly record struct RowGeometry(long Rows, double ViewHeight)
{
    /// <summary>In pixels, as in output.css.</summary>
    public const int RowHeight = 20;

    public const double MaxHeight = 16_000_000;

    /// <summary>Of the scrolled area.</summary>
    public double Height => Math.Min(Natural, MaxHeight);

    public bool IsScaled => Natural > MaxHeight;

    /// <summary>Rows that are seen at a time, the partly seen included.</summary>
    public int VisibleRows => (int)Math.Ceiling(ViewHeight / RowHeight) + 1;

    private double Natural => (double)Rows * RowHeight;

    private double Scale => IsScaled ? (Natural - ViewHeight) / (MaxHeight - ViewHeight) : 1;

    /// <summary>The row at the top of the view.</summary>
    public long TopRow(double scrollTop) => Math.Clamp((long)(scrollTop * Scale / RowHeight), 0, Math.Max(0, Rows - 1));

    /// <summary>How far to scroll so that a row is where it is wanted.</summary>
    public double ScrollTopFor(long row, RowAlign align)
    {
        double above = align switch
        {
            RowAlign.Start => 0,
            RowAlign.Centre => (ViewHeight - RowHeight) / 2,
            RowAlign.End => ViewHeight - RowHeight,
        };
        return Math.Clamp((((double)row * RowHeight) - above) / Scale, 0, Math.Max(0, Height - ViewHeight));
    }

    /// <summary>Where a row lies in the area while it is scrolled like this.</summary>
    public double OffsetOf(long row, double scrollTop) => ((double)row * RowHeight) - (scrollTop * (Scale - 1));
}
