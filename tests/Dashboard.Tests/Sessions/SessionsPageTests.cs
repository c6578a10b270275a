using Bunit;
using Coordinator.Dashboard.Sessions;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionsPageTests : ComponentContext
{
    private readonly FirstSessions _first = new();

    public SessionsPageTests() => Services.AddSingleton<IFirstSessions>(_first);

    [Fact]
    public void Open_NothingIsKnown_ShowsThatItLoads()
    {
        var page = Open("sessions");

        Assert.Equal("Loading sessions", page.Find(".skeleton[role=status]").GetAttribute("aria-label"));
        Assert.Empty(page.FindAll(".empty, table"));
    }

    [Fact]
    public void Open_SessionsCameWithThePage_AreShownBeforeTheyAreCounted()
    {
        var page = Open("sessions", Session(1));

        Assert.NotNull(page.Find("#row-ses_000001"));
        Assert.Equal("…", page.Find(".chip-running .chip-count").TextContent);
    }

    [Fact]
    public void Watch_NoSessions_SaysHowToStartOne()
    {
        var page = Open("sessions");

        page.InvokeAsync(() => Watched());

        Assert.Equal("No sessions yet", page.Find(".empty h2").TextContent);
        Assert.Equal("sessions/new", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public void Filter_NothingMatches_SaysWhatIsHiddenAndHowToSeeIt()
    {
        Watched(Session(1), Session(2));
        var page = Open("sessions?q=nothing+like+it");
        Assert.Equal("No sessions match", page.Find(".empty h2").TextContent);
        Assert.Equal("2 sessions are hidden by the filters.", page.Find(".empty p").TextContent);

        page.Find(".empty button").Click();

        Assert.Equal(2, page.FindAll("tbody .session-row").Count);
        Assert.EndsWith("/sessions", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_OnlyOneIsHidden_IsSaidInTheSingular()
    {
        Watched(Session(1));

        Assert.Equal("1 session is hidden by the filters.", Open("sessions?q=nothing+like+it").Find(".empty p").TextContent);
    }

    [Fact]
    public void Address_HoldsFilterAndOrder()
    {
        Watched(Session(1), Session(2, Proto.SessionStatus.Failed), Session(3));

        var page = Open("sessions?status=running&sort=started");

        Assert.Equal(["row-ses_000001", "row-ses_000003"], page.FindAll("tbody .session-row").Select(r => r.Id));
        Assert.Equal("ascending", page.Find("th.col-started").GetAttribute("aria-sort"));
        Assert.Equal("true", page.Find(".chip-running").GetAttribute("aria-pressed"));
        page.Find("th.col-started button").Click();
        Assert.EndsWith("/sessions?status=running", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Equal(["row-ses_000003", "row-ses_000001"], page.FindAll("tbody .session-row").Select(r => r.Id));
    }

    private IRenderedComponent<SessionsPage> Open(string address, params Proto.Session[] first)
    {
        _first.Sessions = first;
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Render<SessionsPage>();
    }
}
