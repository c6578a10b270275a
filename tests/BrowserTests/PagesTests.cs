using Coordinator.BrowserTests.Support;
using Coordinator.Testing.Deployments;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>The other pages: one session, starting one, and the runners.</summary>
public sealed class PagesTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    [Fact]
    public async Task Start_FilledIn_OpensTheNewSessionWithItsOutput()
    {
        IPage page = await OpenAsync("sessions/new");
        await page.GetByLabel("Executor").FillAsync("command");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Command" }).FillAsync("echo hello from the agent; sleep 1000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start session" }).ClickAsync();

        await ArriveAsync(page, "sessions/ses_*");
        await Expect(page.Locator(".badge-word").First).ToHaveTextAsync("Running");
        await Expect(page.Locator(".tab-output")).ToContainTextAsync("hello from the agent");
    }

    [Fact]
    public async Task Start_NobodyHasTheExecutor_IsSaidBefore()
    {
        IPage page = await OpenAsync("sessions/new");
        await page.GetByLabel("Executor").FillAsync("codex");

        await Expect(page.Locator(".obstacle")).ToContainTextAsync("No online runner has the executor “codex”");
    }

    [Fact]
    public async Task Start_BadField_IsMarkedWhereItIs()
    {
        IPage page = await OpenAsync("sessions/new");
        await page.GetByLabel("Executor").FillAsync("command");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Command" }).FillAsync("true");
        await page.GetByLabel("Directory").FillAsync("not/absolute");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start session" }).ClickAsync();

        await Expect(page.Locator(".field", new() { Has = page.Locator("#directory") }).Locator(".field-error")).ToBeVisibleAsync();
        Assert.EndsWith("/sessions/new", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Again_OfASession_FillsTheFormWithIt()
    {
        Proto.Session session = await Deployment.StartAsync("echo once more");
        await Deployment.EndOfAsync(session.RunId);
        IPage page = await OpenAsync($"sessions/{session.SessionId}");

        await page.GetByRole(AriaRole.Link, new() { Name = "Again" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Command" })).ToHaveValueAsync("echo once more");
        await Expect(page.GetByLabel("Agent")).ToHaveValueAsync("tester");
    }

    [Fact]
    public async Task Resume_WithAPrompt_AddsARunToTheSession()
    {
        Proto.Session session = await Deployment.StartAsync("echo first");
        await Deployment.EndOfAsync(session.RunId);
        IPage page = await OpenAsync($"sessions/{session.SessionId}?tab=timeline");

        await page.GetByLabel("What should the agent do next?").FillAsync("echo second; sleep 1000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume session" }).ClickAsync();

        await Expect(page.Locator(".badge-word").First).ToHaveTextAsync("Running");
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).ClickAsync();
        await Expect(page.Locator(".run-card")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Session_ThatIsNotThere_SaysSo()
    {
        ExpectedErrors.Add("404");
        IPage page = await OpenAsync("sessions/ses_01m00000000000000000000000");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no such session" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Runner_DrainedAndUndrained_ShowsItAndTakesNothing()
    {
        IPage page = await OpenAsync("runners");
        ILocator card = page.Locator(".runner-card");
        await Expect(card).ToContainTextAsync("Online");

        await card.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Dialog(page).GetByLabel("Reason").FillAsync("new disk");
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Drain runner" }).ClickAsync();
        await Expect(card).ToContainTextAsync("Draining");
        await Expect(card).ToContainTextAsync("new disk");
        Proto.Session waiting = await Deployment.StartAsync("sleep 1000");
        Assert.Equal(Proto.SessionStatus.Pending, waiting.Status);

        await card.GetByRole(AriaRole.Button, new() { Name = "Undrain" }).ClickAsync();
        await Expect(card).ToContainTextAsync("Online");
        await Expect(card).ToContainTextAsync("1 of 50 slots in use");
    }

    [Fact]
    public async Task Output_ScrolledUp_StopsFollowingAndCountsWhatIsNew()
    {
        string gate = Deployment.Files.At("gate");
        Proto.Session session = await Deployment.StartRunningAsync(
            $"i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done; until [ -e {gate} ]; do sleep 0.05; done; for i in 1 2 3; do echo late $i; done; sleep 1000");
        await Deployment.EventAsync(session.SessionId, e => e.Output?.Text == "line 2000");
        IPage page = await OpenAsync($"sessions/{session.SessionId}?tab=output");
        await Expect(page.Locator(".tab-output")).ToContainTextAsync("line 2000");

        await page.Locator(".tab-output [tabindex='0']").First.HoverAsync();
        await page.Mouse.WheelAsync(0, -3000);
        await Expect(page.Locator(".tab-output")).Not.ToContainTextAsync("line 2000");
        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);

        ILocator more = page.GetByRole(AriaRole.Button, new() { NameRegex = new("3 new lines") });
        await Expect(more).ToBeVisibleAsync();
        await Expect(page.Locator(".tab-output")).Not.ToContainTextAsync("late 3");
        await more.ClickAsync();
        await Expect(page.Locator(".tab-output")).ToContainTextAsync("late 3");
    }

    [Fact]
    public async Task BulkStop_OfMoreThanTen_AsksForTheirNumber()
    {
        foreach (int _ in Enumerable.Range(0, 12))
            await Deployment.StartAsync("exec sleep 1000");
        IPage page = await OpenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop all 12 active" }).ClickAsync();
        ILocator confirm = Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop 12 sessions" });
        await Expect(confirm).ToBeDisabledAsync();
        await Expect(Dialog(page)).ToContainTextAsync("every active session");
        await Expect(Dialog(page)).ToContainTextAsync("and 2 more");
        await page.Locator("#stop-count").FillAsync("12");
        await confirm.ClickAsync();

        await Expect(Message(page)).ToContainTextAsync("All 12 sessions have ended, nothing left running.");
        await Expect(page.Locator(".chip-stopped .chip-count")).ToHaveTextAsync("12");
    }
}
