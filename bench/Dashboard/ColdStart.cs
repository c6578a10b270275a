using Coordinator.Bench.Reporting;

namespace Coordinator.Bench.Dashboard;

/// <summary>A browser that has never seen the dashboard opens it.</summary>
internal sealed class ColdStart(Uri address)
{
    /// <summary>Nothing was painted before the browser itself says so.</summary>
    private const string FirstRow = "Math.max(benchProbe.firstRow, performance.getEntriesByName('first-contentful-paint')[0].startTime)";

    public async Task MeasureAsync(BenchRun run)
    {
        int times = run.Of(5, 3, 1);
        BenchRun.Say($"Opening the dashboard {times} times with an empty cache …");
        List<double> painted = [];
        List<double> ready = [];
        List<double> live = [];
        for (int i = 0; i < times; i++)
        {
            await using BenchBrowser browser = await BenchBrowser.StartAsync(address);
            await browser.OpenAsync("");
            painted.Add(await browser.Page.EvaluateAsync<double>(FirstRow) / 1_000);
            ready.Add(await browser.Page.EvaluateAsync<double>("benchProbe.ready") / 1_000);
            live.Add(await browser.Page.EvaluateAsync<double>("benchProbe.live") / 1_000);
        }

        run.Add(new("dashboard.first-row", "First session painted, cold", Samples.Median(painted), "s", Bar: 0.3) { Note = Samples.Range(painted) });
        run.Add(new("dashboard.interactive", "Ready for keys and clicks, cold", Samples.Median(ready), "s", Bar: 2)
        {
            Note = $"{Samples.Range(ready)}; live after {Samples.Median(live):0.00} s",
        });
    }
}
