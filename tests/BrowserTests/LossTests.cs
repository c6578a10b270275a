using Coordinator.BrowserTests.Support;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>What a page says and does when the coordinator, the runner or the network is gone.</summary>
public sealed class LossTests(Chromium chromium) : DashboardTest(chromium)
{
    /// <summary>So often the page asks in vain before it gets an answer; each attempt takes a quarter of a minute.</summary>
    private const int VainAttempts = 2;

    [Fact]
    public async Task Coordinator_Restarts_PageSaysSoAndConvergesWithoutReload()
    {
        ExpectedErrors.Add("net::ERR_");
        Proto.Session ends = await Deployment.StartRunningAsync("sleep 1000");
        Proto.Session deleted = await Deployment.StartAsync("true");
        await Deployment.EndOfAsync(deleted.RunId);
        IPage page = await OpenAsync();
        await Expect(Row(page, deleted)).ToBeVisibleAsync();
        await page.EvaluateAsync("window.stillTheSamePage = true");

        await Deployment.Coordinator.KillAsync();
        await Expect(page.Locator(".banner")).ToContainTextAsync("Live updates lost");
        await Deployment.RestartCoordinatorAsync();
        await Deployment.Coordinator.WaitForRunnerAsync("test");
        await Deployment.StopAsync(ends.SessionId, TimeSpan.FromSeconds(1));
        await Deployment.Coordinator.Sessions.DeleteSessionAsync(new() { SessionId = deleted.SessionId });
        Proto.Session later = await Deployment.StartRunningAsync("sleep 1000");

        await Expect(page.Locator(".pill")).ToHaveTextAsync("Live", new() { Timeout = 60_000 });
        await Expect(page.Locator(".banner")).ToHaveCountAsync(0);
        await Deployment.EndOfAsync(ends.RunId);
        await EqualsListAsync(page);
        await Expect(Row(page, later)).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.stillTheSamePage"));
    }

    [Fact(Skip = TestForm.OnlyLong, SkipType = typeof(TestForm), SkipUnless = nameof(TestForm.IsLong))]
    public async Task Network_SilentForAMinute_PageNoticesAndConverges()
    {
        ExpectedErrors.Add("net::ERR_");
        await using TcpProxy proxy = TcpProxy.Start(Deployment.Coordinator.WebAddress);
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync(proxy.Address.ToString());
        await Expect(Row(page, session)).ToBeVisibleAsync();

        proxy.Stall();
        await Deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(1));
        await Expect(page.Locator(".banner")).ToContainTextAsync("Live updates lost", new() { Timeout = 60_000 });
        await Deployment.StartAsync("true");
        int before = proxy.HeldBack;
        await Eventually.True(() => proxy.HeldBack >= before + VainAttempts);
        proxy.Resume();

        await Expect(page.Locator(".pill")).ToHaveTextAsync("Live", new() { Timeout = 90_000 });
        await EqualsListAsync(page);
    }

    [Fact]
    public async Task Stop_RunnerIsOffline_SaysThatItIsStoredAndTheProcessMayBeRunning()
    {
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync();
        await Deployment.Runner.KillAsync();
        await Eventually.Get(
            async () => (await Deployment.Coordinator.Fleet.ListRunnersAsync(new())).Runners, r => r.All(x => x.Status == Proto.RunnerStatus.Offline));

        await StopAsync(page, session);

        await Expect(Message(page)).ToContainTextAsync("is offline. The stop of");
        await Expect(Message(page)).ToContainTextAsync("the process may still be running");
        await Expect(Row(page, session).Locator(".badge-word")).ToHaveTextAsync("Stopping");
    }

    [Fact]
    public async Task Stop_CoordinatorIsAway_IsNotCalledDoneAndGoesThroughLater()
    {
        ExpectedErrors.Add("net::ERR_");
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync();
        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Deployment.Coordinator.KillAsync();

        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();
        await Expect(Message(page)).ToContainTextAsync("Not confirmed");
        await Deployment.RestartCoordinatorAsync();

        await Expect(Message(page)).ToContainTextAsync("nothing left running", new() { Timeout = 60_000 });
        Assert.Equal(Proto.SessionStatus.Stopped, (await Deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session.Status);
    }

    /// <summary>Every session that the coordinator lists is on the page with its status, and no other.</summary>
    private async Task EqualsListAsync(IPage page) => await Eventually.Get(
        async () =>
        {
            Proto.ListSessionsResponse list = await Deployment.Coordinator.Sessions.ListSessionsAsync(new());
            string expected = string.Join('\n', list.Sessions.Select(s => $"row-{s.SessionId} {s.Status}"));
            string shown = await page.EvaluateAsync<string>(
                "[...document.querySelectorAll('tr.session-row')].map(r => r.id + ' ' + r.querySelector('.badge-word').textContent).join('\\n')");
            return (expected, shown);
        },
        both => both.expected == both.shown,
        TimeSpan.FromSeconds(30));
}
