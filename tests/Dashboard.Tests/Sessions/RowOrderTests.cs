using Coordinator.Dashboard.Sessions;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class RowOrderTests
{
    [Fact]
    public void Show_WhileFrozen_HoldsStillAndCounts()
    {
        RowOrder order = new();
        order.Reset([Session(2), Session(1)]);
        order.IsFrozen = true;

        order.Moved("ses_000003");
        order.Moved("ses_000003");
        order.Show([Session(3), Session(2), Session(1)]);
        Assert.Equal(["ses_000002", "ses_000001"], order.Rows);
        Assert.Equal(1, order.Pending);

        order.IsFrozen = false;
        order.Show([Session(3), Session(2), Session(1)]);
        Assert.Equal((3, 0), (order.Rows.Count, order.Pending));
    }

    [Fact]
    public void Beside_AnyRow_StaysInside()
    {
        RowOrder order = new();
        Assert.Null(order.Beside(null, 1));
        order.Reset([Session(2), Session(1)]);
        Assert.Equal("ses_000002", order.Beside(null, 1));
        Assert.Equal("ses_000001", order.Beside("ses_000002", 1));
        Assert.Equal("ses_000001", order.Beside("ses_000001", 1));
        Assert.Equal("ses_000002", order.Beside("ses_000002", -1));
    }
}
