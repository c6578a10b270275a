using System.Text.RegularExpressions;
using Coordinator.BrowserTests.Support;
using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>
/// What a newcomer does first, all through the page: starts a session that leaves a background process behind, stops it, and reads
/// the proof. On a coordinator in development mode: the one whose address is in <see cref="AddressVariable"/>, so that CI can look
/// at one that was started with the README's command, or else one that the test starts.
/// </summary>
public sealed partial class FirstSessionTests(Chromium chromium) : DashboardTest(chromium)
{
    /// <summary>For example "http://127.0.0.1:8765".</summary>
    private const string AddressVariable = "COORDINATOR_WEB_ADDRESS";

    private TestFiles? _files;
    private CoordinatorProcess? _coordinator;

    protected override Uri Address => _coordinator?.WebAddress ?? new Uri(Environment.GetEnvironmentVariable(AddressVariable)!);

    [Fact]
    public async Task FirstSession_LeavesAProcessBehindAndIsStopped_ShowsTheProof()
    {
        IPage page = await OpenAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Start session" }).First.ClickAsync();
        await page.GetByLabel("Executor").FillAsync("command");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Command" }).FillAsync("setsid sleep 600 & for i in $(seq 600); do echo line $i; sleep 1; done");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start session" }).ClickAsync();

        await ArriveAsync(page, "sessions/ses_*");
        await Expect(page.Locator(".tab-output")).ToContainTextAsync("line 2");
        await Expect(page.Locator(".badge-word").First).ToHaveTextAsync("Running");
        string sessionId = SessionId().Match(page.Url).Value;
        Assert.NotEmpty(ProcessTable.WithVariable("COORDINATOR_SESSION_ID", sessionId));

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).First.ClickAsync();
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();

        await Expect(page.Locator(".badge-word").First).ToHaveTextAsync("Stopped");
        await Expect(page.Locator(".ending")).ToContainTextAsync("3 processes ended (sh, sleep, sleep), 0 left");
        Assert.Empty(ProcessTable.WithVariable("COORDINATOR_SESSION_ID", sessionId));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_coordinator is not null)
            await _coordinator.DisposeAsync();
        _files?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task StartCoordinatorAsync()
    {
        if (Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 })
            return;
        _files = new TestFiles();
        _coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings { WorkingDirectory = _files.CreateDirectory("coordinator"), Arguments = ["--dev"] });
    }

    [GeneratedRegex("ses_[a-z0-9]+")]
    private static partial Regex SessionId();
}
