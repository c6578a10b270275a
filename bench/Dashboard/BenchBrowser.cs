using System.Reflection;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Tools;
using Microsoft.Playwright;

namespace Coordinator.Bench.Dashboard;

/// <summary>A Chromium with an empty cache and one page, in which a probe notes what is painted.</summary>
internal sealed class BenchBrowser : IAsyncDisposable
{
    /// <summary>A browser that was just started builds pages of its own beside the first one, with as many cores as there are.</summary>
    private static readonly TimeSpan OwnStart = TimeSpan.FromSeconds(3);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BenchBrowser(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, Page) = (playwright, browser, page);

    public IPage Page { get; }

    /// <summary>What the browser's processes that show pages hold in memory.</summary>
    public static long RendererBytes => ProcessTable.DescendantsOf(Environment.ProcessId)
        .Where(p => p.CommandLine.Contains("--type=renderer"))
        .Sum(p => ResidentBytes(p.Id));

    public static async Task<BenchBrowser> StartAsync(Uri address)
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        // With windows, as people have it, where that is installed.
        RequiredTool chromium = RequiredTool.Chromium with { Commands = [.. RequiredTool.Chromium.Commands.Reverse()] };
        IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium.Path, Args = ChromiumSwitches.ForTests });
        IBrowserContext context = await browser.NewContextAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        await context.AddInitScriptAsync(Probe());
        IPage page = await context.NewPageAsync();
        await Task.Delay(OwnStart, TimeProvider.System);
        return new BenchBrowser(playwright, browser, page);
    }

    /// <summary>Opens a page and waits until it is live.</summary>
    public async Task OpenAsync(string path)
    {
        await Page.GotoAsync(path);
        await TimeAsync("", "benchProbe.live");
    }

    /// <summary>Lets the page do something, and measures until its effect is painted.</summary>
    /// <param name="act">A statement.</param>
    /// <param name="done">An expression that is true once it can be seen.</param>
    public async Task<TimeSpan> TimeAsync(string act, string done) =>
        TimeSpan.FromMilliseconds(await Page.EvaluateAsync<double>($"benchProbe.time(() => {{ {act} }}, () => {done})"));

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string Probe()
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream("probe.js")!);
        return reader.ReadToEnd();
    }

    private static long ResidentBytes(int process)
    {
        try
        {
            string line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
