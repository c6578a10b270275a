using Coordinator.BrowserTests.Support;
using Coordinator.Testing;
using Coordinator.Testing.Deployments;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>Everybody can use the pages: rules that a machine can check, keys alone, and a narrow screen.</summary>
public sealed class AccessibilityTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    private static readonly AxeRunOptions Rules = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    };

    private static readonly string[] Tabs = ["timeline", "output", "runs", "family", "details"];

    [Fact(Skip = TestForm.OnlyLong, SkipType = typeof(TestForm), SkipUnless = nameof(TestForm.IsLong))]
    public async Task EveryPageAndDialog_InBothThemes_HasNoViolation()
    {
        Proto.Session session = await ShowcaseAsync();
        IPage page = await OpenAsync();
        // A colour that is on its way from one theme to the other is neither.
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await Expect(Row(page, session)).ToBeVisibleAsync();
        await CheckAsync(page, "sessions");

        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await CheckAsync(page, "stop dialog");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await CheckAsync(page, "keyboard help");
        await page.Keyboard.PressAsync("Escape");

        foreach (string path in PagesOf(session))
        {
            await FollowAsync(page, path);
            await CheckAsync(page, path);
        }

        ExpectedErrors.Add("404 (Not Found)");
        await GoAsync(page, "no-such-page");
        await CheckAsync(page, "no-such-page");
    }

    [Fact]
    public async Task EveryPage_OnANarrowScreen_DoesNotScrollSideways()
    {
        Proto.Session session = await ShowcaseAsync();
        IPage page = await OpenAsync(width: 375);
        await CheckWidthAsync(page, "sessions");
        foreach (string path in PagesOf(session))
        {
            await FollowAsync(page, path);
            await CheckWidthAsync(page, path);
        }
    }

    [Fact]
    public async Task KeysAlone_FindAndStopASession()
    {
        Proto.Session other = await Deployment.StartRunningAsync("sleep 1000");
        Proto.Session session = await Deployment.StartRunningAsync("exec sleep 2000");
        IPage page = await OpenAsync();
        await Expect(Row(page, session)).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("exec sleep");
        await Expect(Row(page, other)).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await Expect(Row(page, session)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("s");
        await Expect(Dialog(page)).ToBeVisibleAsync();
        Assert.Equal(Proto.SessionStatus.Running, (await Deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session.Status);
        await page.Keyboard.PressAsync("Tab");
        await Expect(Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(Row(page, session).Locator(".badge-word")).ToHaveTextAsync("Stopped");
        await page.Keyboard.PressAsync("Enter");
        await ArriveAsync(page, $"sessions/{session.SessionId}");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Runners" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task ReducedMotion_StoppingBadge_DoesNotPulse()
    {
        Proto.Session session = await Deployment.StartRunningAsync("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await Deployment.EventAsync(session.SessionId, e => e.Output?.Text == "ready");
        IPage page = await OpenAsync();
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });

        await StopAsync(page, session);

        await Expect(Row(page, session).Locator(".badge")).ToContainTextAsync("Stopping");
        await Expect(Row(page, session).Locator(".badge")).ToHaveCSSAsync("animation-name", "none");
    }

    /// <summary>A session of each kind, with a name that is long, a child, a failure and a stop that takes its time.</summary>
    private async Task<Proto.Session> ShowcaseAsync()
    {
        Proto.Session session = await Deployment.StartRunningAsync(
            "printf '\\033[31mred\\033[0m and a very long line %0200d\\n' 7; echo oops >&2; exec sleep 1000");
        await Deployment.Coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "exit 3", ParentSessionId = session.SessionId });
        await Deployment.StartAsync("true");
        await Deployment.StartAsync("sleep 1", executor: "nobody-has-it");
        Proto.Session stubborn = await Deployment.StartRunningAsync("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await Deployment.EventAsync(stubborn.SessionId, e => e.Output?.Text == "ready");
        await Deployment.StopAsync(stubborn.SessionId, TimeSpan.FromMinutes(5));
        return session;
    }

    private static IEnumerable<string> PagesOf(Proto.Session session) =>
    [
        .. Tabs.Select(tab => $"sessions/{session.SessionId}?tab={tab}"),
        "runners",
        "sessions/new",
    ];

    private static async Task CheckAsync(IPage page, string what)
    {
        await ShownAsync(page);
        foreach (ColorScheme theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            AxeResult result = await page.RunAxe(Rules);
            Assert.True(result.Violations.Length == 0, $"{what} ({theme}):\n{string.Join('\n', result.Violations.Select(Text))}");
        }

        static string Text(AxeResultItem violation) => $"{violation.Id}: {violation.Help}\n  {string.Join("\n  ", violation.Nodes.Take(5).Select(Place))}";

        static string Place(AxeResultNode node) => $"{node.Html} — {string.Join(' ', node.Any.Select(check => check.Message))}";
    }

    private static async Task CheckWidthAsync(IPage page, string what)
    {
        await ShownAsync(page);
        int width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(width <= 375, $"{what} is {width} px wide.");
    }

    /// <summary>What the page asked the coordinator for has come.</summary>
    private static async Task ShownAsync(IPage page)
    {
        await Expect(page.Locator("h1").First).ToBeVisibleAsync();
        await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
    }
}
