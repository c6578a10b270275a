using Bunit;
using Coordinator.Dashboard.Interop;
using Coordinator.Dashboard.SessionDetail;
using Coordinator.Dashboard.Sessions;
using Coordinator.Dashboard.Stops;
using Coordinator.Dashboard.Tests.Sessions;
using Coordinator.Dashboard.Tests.Stops;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class SessionPageTests : ComponentContext
{
    public SessionPageTests()
    {
        Services.AddSingleton<IFirstSessions>(new FirstSessions());
        JSInterop.SetupModule("./js/output.js").Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData("", "Output")]
    [InlineData("?tab=family", "Family")]
    [InlineData("?tab=FAMILY&line=7", "Family")]
    [InlineData("?tab=unheard-of", "Output")]
    public void Tab_IsInTheAddress(string query, string tab)
    {
        Watched(Session(1));

        var page = Open(query);

        Assert.Equal(tab, page.Find(".tabs [aria-current=page]").TextContent);
        Assert.Contains($"tab-{tab.ToLowerInvariant()}", page.Find(".tab-content").ClassList);
    }

    [Fact]
    public void Tab_AddressChanges_SoDoesThePage()
    {
        Watched(Session(1));
        var page = Open("?tab=family");

        page.InvokeAsync(() => Services.GetRequiredService<NavigationManager>().NavigateTo("sessions/ses_000001?tab=runs"));

        Assert.Equal("Runs", page.Find(".tabs [aria-current=page]").TextContent);
        Assert.Equal("sessions/ses_000001?tab=details", page.FindAll(".tabs a")[^1].GetAttribute("href"));
    }

    [Fact]
    public void Tab_PageIsOnTheServer_LeavesWhatMovesToTheBrowser()
    {
        Watched(Session(1));

        Assert.NotNull(Open("?tab=output", isLive: false).Find(".tab-output .skeleton"));
    }

    [Theory]
    [InlineData(StatusCode.NotFound, "There is no such session")]
    [InlineData(StatusCode.Unavailable, "The session could not be loaded")]
    public void Open_CannotBeFound_SaysWhy(StatusCode code, string title)
    {
        Calls.On<Proto.GetSessionRequest>(_ => throw new RpcException(new Status(code, "The reason.")));

        var page = Open("");

        Assert.Equal(title, page.Find(".empty h1").TextContent);
        Assert.Equal("sessions", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public async Task Session_DeletedMeanwhile_IsSaid()
    {
        Watched(Session(1));
        var page = Open("?tab=family");
        Time.Advance(TimeSpan.FromSeconds(1));

        await page.InvokeAsync(async () => await Store.Receive(Deleted("ses_000001", 2)));

        Assert.Equal("This session was deleted", page.Find(".empty h1").TextContent);
        Assert.Empty(page.FindAll(".session-actions, .tabs"));
    }

    [Fact]
    public void Stop_Key_AsksAboutThisSession()
    {
        Watched(Session(1), Session(2));
        Asked asked = new(Prompt);
        Open("?tab=family");

        _ = Renderer.Dispatcher.InvokeAsync(() => Services.GetRequiredService<PageEvents>().PressKey("s"));

        Assert.Equal("ses_000001", Assert.IsType<StopChoice.One>(asked.Choice).Session.SessionId);
    }

    private IRenderedComponent<SessionPage> Open(string query, bool isLive = true)
    {
        Calls.On<Proto.ListRunsRequest>(_ => new Proto.ListRunsResponse());
        SetRendererInfo(new RendererInfo(isLive ? "WebAssembly" : "Static", isLive));
        Services.GetRequiredService<NavigationManager>().NavigateTo($"sessions/ses_000001{query}");
        return Render<SessionPage>(p => p.Add(s => s.SessionId, "ses_000001"));
    }
}
