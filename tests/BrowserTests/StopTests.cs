using Coordinator.BrowserTests.Support;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>What people come for: stopping the right session, and seeing that it has stopped.</summary>
public sealed class StopTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    private const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 0.1; done";

    [Fact]
    public async Task StopButton_OfEverySession_ShowsWhereAStopIsLegal()
    {
        Proto.Session running = await Deployment.StartRunningAsync("sleep 1000");
        Proto.Session pending = await Deployment.StartAsync("sleep 1000", executor: "nobody-has-it");
        Proto.Session finished = await Deployment.StartAsync("true");
        Proto.Session failed = await Deployment.StartAsync("exit 3");
        Proto.Session stopped = await Deployment.StartRunningAsync("sleep 1000");
        Proto.Session stopping = await Deployment.StartRunningAsync(Stubborn);
        await Deployment.StopAsync(stopped.SessionId, TimeSpan.Zero);
        await Deployment.EventAsync(stopping.SessionId, e => e.Output?.Text == "ready");
        await Deployment.StopAsync(stopping.SessionId, TimeSpan.FromMinutes(5));
        foreach (Proto.Session session in (Proto.Session[])[finished, failed, stopped])
            await Deployment.EndOfAsync(session.RunId);

        IPage page = await OpenAsync();

        foreach (var (session, status, canStop) in ((Proto.Session, string, bool)[])
            [
                (running, "Running", true), (pending, "Pending", true), (finished, "Finished", false), (failed, "Failed", false),
                (stopped, "Stopped", false), (stopping, "Stopping", false),
            ])
        {
            await Expect(Row(page, session).Locator(".badge-word")).ToHaveTextAsync(status);
            await Expect(Row(page, session).GetByRole(AriaRole.Button, new() { NameRegex = new("^Stop ") })).ToHaveCountAsync(canStop ? 1 : 0);
        }
    }

    [Fact]
    public async Task StopButton_Clicked_AsksWithEverythingNeededToDecide()
    {
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync();

        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Expect(Dialog(page)).ToContainTextAsync(session.SessionId);
        await Expect(Dialog(page)).ToContainTextAsync("tester");
        await Expect(Dialog(page)).ToContainTextAsync(Environment.MachineName);
        await Expect(Dialog(page)).ToContainTextAsync("Running for");
        await Expect(Dialog(page)).ToContainTextAsync("SIGTERM to every process of the run now, and SIGKILL after 10 s");
        await Expect(Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Keep running" })).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(Dialog(page)).ToHaveCountAsync(0);
        Assert.Equal(Proto.SessionStatus.Running, (await GetAsync(session)).Status);
    }

    [Fact]
    public async Task Stop_Confirmed_IsStoppingAtOnceInAmber()
    {
        Proto.Session session = await Deployment.StartRunningAsync(Stubborn);
        await Deployment.EventAsync(session.SessionId, e => e.Output?.Text == "ready");
        IPage page = await OpenAsync();

        PromisedTime time = PromisedTime.Start();
        await StopAsync(page, session);

        ILocator badge = Row(page, session).Locator(".badge");
        await Expect(badge).ToContainTextAsync("Stopping");
        time.Assert(TimeSpan.FromSeconds(2));
        await Expect(badge).ToContainTextAsync("SIGTERM");
        await Expect(badge).ToHaveCSSAsync("background-color", "rgb(255, 240, 194)");
        await Expect(badge).ToHaveCSSAsync("animation-name", "stopping-pulse");
        await Expect(Message(page)).ToContainTextAsync("Stop requested");
        await Expect(Message(page)).Not.ToContainTextAsync("stopped in");
        Proto.Session stopping = await GetAsync(session);
        Assert.Equal((Proto.SessionStatus.Stopping, 10), (stopping.Status, (int)stopping.Stop.GracePeriod.Seconds));
    }

    [Fact]
    public async Task Stop_ProcessHasEnded_IsStoppedWithProofAndSaysSo()
    {
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000 & setsid sleep 1000 & wait");
        IPage page = await OpenAsync();

        await StopAsync(page, session);

        await Expect(Row(page, session).Locator(".badge-word")).ToHaveTextAsync("Stopped");
        await Expect(Message(page)).ToContainTextAsync("(SIGTERM), nothing left running.");
        Assert.Empty(ProcessTable.OfRun(session.RunId));

        await Row(page, session).Locator("a.cell-main").First.ClickAsync();
        ILocator steps = page.Locator(".ending .stop-step");
        await Expect(steps).ToHaveCountAsync(6);
        foreach (int done in (int[])[0, 1, 2, 3, 5])
            await Expect(steps.Nth(done).Locator(".stop-step-time")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^[\d.]+ m?s$"));
        await Expect(steps.Nth(4)).ToContainTextAsync("not needed");
        await Expect(page.Locator(".ending")).ToContainTextAsync("0 left");
    }

    [Fact]
    public async Task Kill_WhileStopping_EndsWhatIgnoresSigterm()
    {
        Proto.Session session = await Deployment.StartRunningAsync(Stubborn);
        await Deployment.EventAsync(session.SessionId, e => e.Output?.Text == "ready");
        IPage page = await OpenAsync();
        await StopAsync(page, session);

        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Kill" }).ClickAsync();
        await Expect(Dialog(page)).ToContainTextAsync("SIGKILL to every process of the run, at once and without cleanup.");
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Kill now" }).ClickAsync();

        await Expect(Row(page, session).Locator(".badge-word")).ToHaveTextAsync("Stopped");
        await Expect(Message(page)).ToContainTextAsync("SIGKILL");
        Assert.Empty(ProcessTable.OfRun(session.RunId));
    }

    [Fact]
    public async Task SecondTab_SessionStartsAndStops_ShowsItInRealTime()
    {
        IPage first = await OpenAsync();
        IPage second = await OpenAsync();

        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        await Expect(Row(second, session).Locator(".badge-word")).ToHaveTextAsync("Running");
        await StopAsync(first, session);

        await Expect(Row(second, session).Locator(".badge-word")).ToHaveTextAsync("Stopped");
        await Expect(Message(second)).ToBeEmptyAsync();
    }

    [Fact]
    public async Task Stop_FromTwoTabs_IsOneStop()
    {
        Proto.Session session = await Deployment.StartRunningAsync(Stubborn);
        await Deployment.EventAsync(session.SessionId, e => e.Output?.Text == "ready");
        IPage first = await OpenAsync();
        IPage second = await OpenAsync();
        foreach (IPage page in (IPage[])[first, second])
            await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Dialog(first).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();
        await Expect(Message(first)).ToContainTextAsync("Stop requested");
        Proto.Session once = await GetAsync(session);
        await Dialog(second).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();
        await Expect(Message(second)).ToContainTextAsync("was already stopping");

        Proto.Session twice = await GetAsync(session);
        Assert.Equal(once.Stop.RequestedTime, twice.Stop.RequestedTime);
        Assert.Equal(once.Stop.SignalledTime ?? twice.Stop.SignalledTime, twice.Stop.SignalledTime);
        Assert.Single((await Deployment.Coordinator.Runs.ListRunsAsync(new() { SessionId = session.SessionId })).Runs);
    }

    [Fact]
    public async Task Stop_EndedWhileTheDialogWasOpen_SaysThatThereIsNothingToStop()
    {
        string gate = Deployment.Files.At("gate");
        Proto.Session session = await Deployment.StartRunningAsync($"until [ -e {gate} ]; do sleep 0.02; done");
        IPage page = await OpenAsync();
        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);
        await Deployment.EndOfAsync(session.RunId);
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();

        await Expect(Message(page)).ToContainTextAsync("is no longer running; there is nothing to stop");
    }

    [Fact]
    public async Task Stop_DeletedWhileTheDialogWasOpen_SaysThatItNoLongerExists()
    {
        Proto.Session session = await Deployment.StartRunningAsync("sleep 1000");
        IPage page = await OpenAsync();
        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Deployment.StopAsync(session.SessionId, TimeSpan.Zero);
        await Deployment.EndOfAsync(session.RunId);
        await Deployment.Coordinator.Sessions.DeleteSessionAsync(new() { SessionId = session.SessionId });
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();

        await Expect(Message(page)).ToContainTextAsync("no longer exists");
    }

    private async Task<Proto.Session> GetAsync(Proto.Session session) =>
        (await Deployment.Coordinator.Sessions.GetSessionAsync(new() { SessionId = session.SessionId })).Session;
}
