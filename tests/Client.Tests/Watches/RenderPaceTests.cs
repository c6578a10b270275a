using Coordinator.Client.Watches;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Client.Tests.Watches;

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
        time.Advance(TimeSpan.FromMilliseconds(235));
        Assert.Equal(2, rendered);
    }

    [Fact]
    public void Request_BurstsAtTheCoordinatorsPace_AreShownAsEverySecondOneComes()
    {
        FakeTimeProvider time = new();
        List<int> rendered = [];
        int burst = 0;
        using RenderPace pace = new(time, () => rendered.Add(burst));
        for (burst = 0; burst < 10; burst++)
        {
            pace.Request();
            time.Advance(TimeSpan.FromMilliseconds(burst % 2 == 0 ? 98 : 106));
        }

        Assert.Equal([0, 2, 4, 6, 8], rendered);
    }
}
