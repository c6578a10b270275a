using Coordinator.BrowserTests.Support;
using Coordinator.Testing.Deployments;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>What a page shows is what the coordinator has, whatever happened in between.</summary>
public sealed class LiveTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    [Fact]
    public async Task FirstRow_IsInThePageAsServed()
    {
        Proto.Session session = await Deployment.StartAsync("echo served; sleep 1000");
        using HttpClient http = new() { BaseAddress = Deployment.Coordinator.WebAddress };

        using HttpResponseMessage response = await http.GetAsync("", TestContext.Current.CancellationToken);
        string html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"id=\"row-{session.SessionId}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", response.Headers.ToString(), StringComparison.OrdinalIgnoreCase);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("script-src 'unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("runners")]
    public async Task Page_PostedTo_SaysThatItTakesNoForms(string path)
    {
        using HttpClient http = new() { BaseAddress = Deployment.Coordinator.WebAddress };

        using HttpResponseMessage response = await http.PostAsync(path, new FormUrlEncodedContent([]), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Rows_PointedAt_HoldStillUntilAskedTo()
    {
        Proto.Session first = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync();
        await Row(page, first).HoverAsync();

        Proto.Session second = await Deployment.StartRunningAsync("sleep 1000");

        await Expect(page.Locator(".updates")).ToContainTextAsync("1 update");
        await Expect(Row(page, second)).ToHaveCountAsync(0);
        await Deployment.StopAsync(first.SessionId, TimeSpan.FromSeconds(1));
        await Expect(Row(page, first).Locator(".badge-word")).ToHaveTextAsync("Stopped");
        await page.Keyboard.PressAsync("u");
        await Expect(Row(page, second)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Filters_AreInTheAddress_AndComeBackWithIt()
    {
        Proto.Session running = await Deployment.StartRunningAsync("sleep 1000");
        Proto.Session failed = await Deployment.StartAsync("exit 3");
        await Deployment.EndOfAsync(failed.RunId);
        IPage page = await OpenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Failed" }).ClickAsync();
        await Expect(Row(page, running)).ToHaveCountAsync(0);
        await Expect(Row(page, failed)).ToBeVisibleAsync();
        Assert.EndsWith("/sessions?status=failed", page.Url, StringComparison.Ordinal);

        await page.ReloadAsync();
        await Expect(page.Locator(".pill")).ToHaveTextAsync("Live");
        await Expect(Row(page, failed)).ToBeVisibleAsync();
        await Expect(Row(page, running)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task HostileNames_AreTextAndNothingElse()
    {
        const string Hostile = "<img src=x onerror=\"document.title='owned'\">\u202Egnp.exe <script>document.title='owned'</script>";
        await Deployment.Coordinator.Sessions.StartSessionAsync(new()
        {
            Executor = "command",
            SessionName = Hostile,
            AgentName = "<b>bold</b>",
            Prompt = "printf '<img src=x onerror=alert(1)>\\033]0;owned\\007\\033[2J\\n'; head -c 1000000 /dev/zero | tr '\\0' x; echo",
        });
        IPage page = await OpenAsync();

        ILocator link = page.Locator("a.cell-main").First;
        await Expect(link).ToContainTextAsync("<img src=x onerror=");
        await Expect(link).ToContainTextAsync("⟨U+202E⟩");
        await link.ClickAsync();
        await Expect(page.Locator(".tab-output")).ToContainTextAsync("<img src=x onerror=alert(1)>");
        Assert.Equal(0, await page.Locator("main img, main script, main b").CountAsync());
        Assert.NotEqual("owned", await page.TitleAsync());
    }
}
