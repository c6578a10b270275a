using Bunit;
using Coordinator.Dashboard.Shell;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Dashboard.Tests.Shell;

public sealed class ConnectionPillTests : ComponentContext
{
    private readonly ScriptedWatch _watch = new();

    public ConnectionPillTests() => Services.AddSingleton(_watch.Client);

    [Fact]
    public void Pill_FirstMessage_IsLive()
    {
        _watch.IsThere = true;
        var pill = Watch();

        pill.WaitForAssertion(() => Assert.Equal("Live", pill.Find(".pill-live").TextContent.Trim()));
        Assert.Equal("Changes are shown as they happen.", pill.Find(".pill").GetAttribute("title"));
    }

    [Fact]
    public void Pill_NobodyAnswers_GoesOfflineAndComesBack()
    {
        var pill = Watch();
        pill.WaitForAssertion(() => Assert.Equal("Reconnecting", pill.Find(".pill-reconnecting").TextContent.Trim()));

        Retry(pill);
        Retry(pill);

        pill.WaitForAssertion(() => Assert.StartsWith("Offline", pill.Find(".pill-offline").TextContent.Trim(), StringComparison.Ordinal));
        Assert.Contains("may be out of date", pill.Find(".pill").GetAttribute("title"), StringComparison.Ordinal);
        _watch.IsThere = true;
        Retry(pill);
        pill.WaitForAssertion(() => Assert.Equal("Live", pill.Find(".pill-live").TextContent.Trim()));
    }

    [Fact]
    public void Pill_StreamFallsSilent_IsNotLiveAnyMore()
    {
        _watch.IsThere = true;
        var pill = Watch();
        pill.WaitForAssertion(() => Assert.NotNull(pill.Find(".pill-live")));

        _watch.IsThere = false;
        Time.Advance(TimeSpan.FromSeconds(39));

        pill.WaitForAssertion(() => Assert.NotNull(pill.Find(".pill-reconnecting")));
    }

    private IRenderedComponent<ConnectionPill> Watch()
    {
        var pill = Render<ConnectionPill>();
        _ = pill.InvokeAsync(Store.WatchAsync);
        return pill;
    }

    /// <summary>Goes on to the next attempt, once the one before has failed.</summary>
    private void Retry(IRenderedComponent<ConnectionPill> pill)
    {
        pill.WaitForState(() => Store.Connection.RetryTime is not null);
        int attempts = _watch.Attempts;
        Time.Advance(Store.Connection.RetryTime!.Value - Time.GetUtcNow());
        pill.WaitForState(() => _watch.Attempts > attempts);
    }
}
