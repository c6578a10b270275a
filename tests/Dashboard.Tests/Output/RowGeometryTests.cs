using Coordinator.Dashboard.Output;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class RowGeometryTests
{
    [Theory]
    [InlineData(200_000)]
    [InlineData(800_000)]
    [InlineData(5_000_000)]
    public void ScrollTopFor_AnyRow_BringsItToTheTop(long rows)
    {
        RowGeometry geometry = new(rows, 600);
        for (long row = 0; row < rows - 40; row += rows / 97)
        {
            double top = geometry.ScrollTopFor(row, RowAlign.Start);
            Assert.InRange(geometry.TopRow(top + 0.001), row, row);
            Assert.InRange(geometry.OffsetOf(row, top) - top, -0.01, 0.01);
        }
    }

    [Fact]
    public void Height_MoreRowsThanABrowserCanHold_IsBounded()
    {
        RowGeometry geometry = new(100_000_000, 600);
        Assert.Equal(RowGeometry.MaxHeight, geometry.Height);
        double end = geometry.ScrollTopFor(99_999_999, RowAlign.End);
        Assert.Equal(geometry.Height - 600, end);
        Assert.InRange(geometry.OffsetOf(99_999_999, end) + RowGeometry.RowHeight, geometry.Height - 0.1, geometry.Height + 0.1);
    }

    [Fact]
    public void TopRow_NoRows_IsTheFirst() => Assert.Equal(0, new RowGeometry(0, 600).TopRow(1_000));
}
