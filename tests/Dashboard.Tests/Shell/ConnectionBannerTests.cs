using Bunit;
using Coordinator.Dashboard.Shell;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Dashboard.Tests.Shell;

public sealed class ConnectionBannerTests : ComponentContext
{
    private readonly ScriptedWatch _watch = new();

    public ConnectionBannerTests() => Services.AddSingleton(_watch.Client);

    [Fact]
    public void Banner_Live_IsQuietButKnownToScreenReaders()
    {
        _watch.IsThere = true;
        var banner = Watch();
        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(banner.Find("[role=alert]").TextContent.Trim());
    }

    [Fact]
    public void RetryNow_Clicked_TriesAtOnceAndTheBannerGoes()
    {
        var banner = Watch();
        Time.Advance(TimeSpan.FromSeconds(2));
        banner.WaitForAssertion(() => Assert.StartsWith("Live updates lost", banner.Find(".banner-warning > span").TextContent, StringComparison.Ordinal));
        banner.WaitForState(() => Store.Connection.RetryTime is not null);
        int attempts = _watch.Attempts;

        _watch.IsThere = true;
        banner.Find(".banner button").Click();

        banner.WaitForAssertion(() => Assert.Empty(banner.FindAll(".banner")));
        Assert.Equal(attempts + 1, _watch.Attempts);
    }

    private IRenderedComponent<ConnectionBanner> Watch()
    {
        var banner = Render<ConnectionBanner>();
        _ = banner.InvokeAsync(Store.WatchAsync);
        return banner;
    }
}
