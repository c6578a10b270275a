using Coordinator.Dashboard.Output;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class RenderPaceTests
{
    [Fact]
    public void Request_Flood_RendersAtOnceThenFiveTimesASecond()
    {
        FakeTimeProvider time = new();
        int rendered = 0;
        using RenderPace pace = new(time, () => rendered++);
        pace.Request();
        Assert.Equal(1, rendered);
        for (int i = 0; i < 1_000; i++)
        {
            pace.Request();
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(rendered, 5, 6);
    }

    [Fact]
    public void Request_LastOfABurst_IsRendered()
    {
        FakeTimeProvider time = new();
        int rendered = 0;
        using RenderPace pace = new(time, () => rendered++);
        pace.Request();
        pace.Request();
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(2, rendered);
    }
}
