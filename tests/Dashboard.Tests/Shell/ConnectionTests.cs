using Bunit;
using Coordinator.Dashboard.Shell;

namespace Coordinator.Dashboard.Tests.Shell;

public sealed class ConnectionTests : ComponentContext
{
    [Fact]
    public void Pill_BeforeAnything_Connects()
    {
        var pill = Render<ConnectionPill>();

        Assert.Equal("Connecting", pill.Find(".pill-connecting").TextContent.Trim());
    }

    [Fact]
    public void Loss_IsSaidWhereNobodyMissesIt_ButNotABlip()
    {
        var pill = Render<ConnectionPill>();
        var banner = Render<ConnectionBanner>();

        _ = banner.InvokeAsync(Store.WatchAsync);

        pill.WaitForAssertion(() => Assert.NotEmpty(pill.FindAll(".pill-reconnecting")));
        Assert.Empty(banner.FindAll(".banner"));
        Time.Advance(TimeSpan.FromSeconds(2));
        banner.WaitForAssertion(() => Assert.Contains("What you see may be out of date.", banner.Find(".banner").TextContent, StringComparison.Ordinal));
        Assert.Equal("alert", banner.Find(".banner-region").GetAttribute("role"));
    }
}
