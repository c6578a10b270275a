using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Coordinator.Testing.Deployments;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

[assembly: AssemblyFixture(typeof(Coordinator.BrowserTests.Support.Chromium))]

namespace Coordinator.BrowserTests.Support;

/// <summary>
/// A real coordinator, a real runner and real pages. Whatever a page writes to its console as an error fails its test,
/// unless the test expects it: that is how a broken content security policy or an unhandled exception shows.
/// </summary>
/// <param name="deployments">
/// The coordinator and the runner that the tests of a class share, one after the other: each leaves them without a session. Null for
/// tests that break them, which get some of their own.
/// </param>
public abstract class DashboardTest(Chromium chromium, SharedDeployments? deployments = null) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly Dictionary<(ColorScheme, int), IBrowserContext> _contexts = [];

    protected Deployment Deployment { get; private set; } = null!;

    /// <summary>Where the pages are.</summary>
    protected virtual Uri Address => Deployment.Coordinator.WebAddress;

    /// <summary>Parts of console messages that a test provokes, such as a lost connection.</summary>
    protected List<string> ExpectedErrors { get; } = [];

    public virtual async ValueTask InitializeAsync()
    {
        await chromium.StartAsync();
        await StartCoordinatorAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext context in _contexts.Values)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
                await DescribeAsync(context);
            await context.CloseAsync();
        }

        if (deployments is null && Deployment is not null)
            await Deployment.DisposeAsync();
        else if (Deployment is not null)
            await Deployment.DeleteAllSessionsAsync();
        Assert.DoesNotContain(_errors, e => !ExpectedErrors.Any(e.Contains));
        GC.SuppressFinalize(this);
    }

    /// <summary>What the pages are served by.</summary>
    protected virtual async Task StartCoordinatorAsync() =>
        Deployment = deployments is null ? await Deployment.CreateAsync() : await deployments.GetAsync("auto");

    /// <summary>A page, opened and live; with the same look, a second tab of the same browser.</summary>
    protected async Task<IPage> OpenAsync(string path = "", ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        IPage page = await NewPageAsync(theme, width);
        await GoAsync(page, path);
        return page;
    }

    /// <summary>A page with nothing in it.</summary>
    protected async Task<IPage> NewPageAsync(ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        if (!_contexts.TryGetValue((theme, width), out IBrowserContext? context))
        {
            IBrowser browser = await chromium.StartAsync();
            context = await browser.NewContextAsync(new()
            {
                BaseURL = Address.ToString(),
                ColorScheme = theme,
                ViewportSize = new() { Width = width, Height = 800 },
            });
            _contexts.Add((theme, width), context);
        }

        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout(90_000);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
        return page;
    }

    /// <summary>Opens an address in a page, and waits until it is live.</summary>
    protected static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        // It downloads and compiles the application; a busy machine takes its time.
        await Expect(page.Locator(".pill")).ToHaveTextAsync("Live", new() { Timeout = 120_000 });
    }

    /// <summary>Another page of the application, as a link of it leads there: nothing is loaded again.</summary>
    protected static async Task FollowAsync(IPage page, string path)
    {
        await page.EvaluateAsync("path => Blazor.navigateTo(path)", "/" + path);
        await ArriveAsync(page, path);
    }

    /// <summary>
    /// Waits until the page is at a path of the dashboard, in which <c>*</c> stands for anything but a slash. Nothing is loaded on the way
    /// there, and to wait for a navigation misses one that has just been.
    /// </summary>
    protected static Task ArriveAsync(IPage page, string path) => Expect(page).ToHaveURLAsync(
        new Regex($"^https?://[^/]+/{Regex.Escape(path).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}$"), new() { Timeout = 90_000 });

    protected static ILocator Row(IPage page, Proto.Session session) => page.Locator($"#row-{session.SessionId}");

    protected static ILocator Dialog(IPage page) => page.Locator("dialog[open]");

    /// <summary>Asks to stop a session in the list and confirms.</summary>
    protected static async Task StopAsync(IPage page, Proto.Session session)
    {
        await Row(page, session).GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Dialog(page).GetByRole(AriaRole.Button, new() { Name = "Stop session" }).ClickAsync();
    }

    protected static ILocator Message(IPage page) => page.Locator(".toaster");

    /// <summary>What a test that failed was looking at. A page that does not answer any more says nothing.</summary>
    private static async Task DescribeAsync(IBrowserContext context)
    {
        foreach (IPage page in context.Pages)
        {
            try
            {
                string text = await page.Locator("body").InnerTextAsync(new() { Timeout = 5_000 });
                TestContext.Current.TestOutputHelper?.WriteLine($"{page.Url}\n{text}\n");
            }
            catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{page.Url}\n{exception.Message}\n");
            }
        }
    }
}
