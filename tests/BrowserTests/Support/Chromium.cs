using Coordinator.Testing.Tools;
using Microsoft.Playwright;

namespace Coordinator.BrowserTests.Support;

/// <summary>One Chromium for all tests; each test has contexts of its own, which share nothing.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>How long a page may take to show what it should, in milliseconds: not what it takes, but what is certainly too long.</summary>
    private const float Patience = 60_000;

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser; without one the calling test ends here, skipped or failed.</summary>
    public async Task<IBrowser> StartAsync()
    {
        string program = RequiredTool.Chromium.Path;
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ChromiumSwitches.ForTests });
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
    }
}
