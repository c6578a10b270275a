using Coordinator.Bench.Fleet;
using Coordinator.Bench.Reporting;
using Microsoft.Playwright;

namespace Coordinator.Bench.Dashboard;

/// <summary>The list while everything in it changes: how soon a change is seen, whether the page still answers, what it holds.</summary>
internal sealed class LiveList(Uri address, PlayedFleet fleet)
{
    private const int Probes = 10;

    /// <summary>Between a session's end and its next run, and the other way round.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>What a page does once, right after it is live, is part of loading it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public async Task MeasureAsync(BenchRun run, Churn churn)
    {
        // Their names put them first in the list that the page shows, so that each change can be seen.
        List<PlayedSession> probes = [];
        for (int i = 0; i < Probes; i++)
            probes.Add(await fleet.StartAsync($"!probe {i}"));

        await using BenchBrowser browser = await BenchBrowser.StartAsync(address);
        await browser.OpenAsync("?sort=name");
        await Task.Delay(Settling, TimeProvider.System);
        double settled = await NowAsync(browser.Page);

        TimeSpan duration = run.Seconds(60, 15, 3);
        BenchRun.Say($"Watching changes for {duration.TotalSeconds:0} s …");
        List<double> latencies = await WatchAsync(browser.Page, probes, duration);
        run.Add(new("dashboard.visible", "A change can be seen, 99th percentile", Samples.Percentile(latencies, 0.99), "ms", Bar: 250)
        {
            Note = $"{latencies.Count} changes, median {Samples.Median(latencies):0} ms, {churn.Rate:0} changes/s beside them",
        });

        BenchRun.Say("Scrolling and typing …");
        List<(string Name, double Begin)> phases = [("watching", settled)];
        await UseAsync(browser.Page, async name => phases.Add((name, await NowAsync(browser.Page))));
        double[][] tasks = [.. (await browser.Page.EvaluateAsync<double[][]>("benchProbe.longTasks")).Where(t => t[0] > settled)];
        run.Add(new("dashboard.longest-task", "Longest task while changing, scrolling, typing", tasks.Select(t => t[1]).DefaultIfEmpty().Max(), "ms", Bar: 200)
        {
            Note = string.Join(", ", phases.Select((phase, i) =>
                $"{tasks.Where(t => t[0] >= phase.Begin && (i + 1 == phases.Count || t[0] < phases[i + 1].Begin)).Select(t => t[1]).DefaultIfEmpty().Max():0} {phase.Name}")),
        });

        if (run.IsFull)
            await MeasureMemoryAsync(run);
    }

    /// <summary>Ends and resumes the probes in turn; the page tells when it showed what.</summary>
    private async Task<List<double>> WatchAsync(IPage page, List<PlayedSession> probes, TimeSpan duration)
    {
        await page.EvaluateAsync("ids => { for (const id of ids) benchProbe.watched[id] = 'running'; }", probes.Select(p => p.SessionId).ToArray());
        List<Cause> causes = [];
        await Task.WhenAll(probes.Select((probe, i) => ChangeAsync(probe, i, duration, causes)));

        object[][] seen = await page.EvaluateAsync<object[][]>("benchProbe.changes");
        List<double> latencies = [];
        foreach (Cause cause in causes)
        {
            double[] after = [.. seen.Where(s => (string)s[0] == cause.SessionId && cause.Shows((string)s[1])).Select(s => Convert.ToDouble(s[2]) - cause.Time).Where(ms => ms > 0).Order()];
            if (after.Length == 0 || after[0] > Rest.TotalMilliseconds)
                throw new BenchException($"The page did not show that session {cause.SessionId} {(cause.Ended ? "ended" : "was resumed")}.");
            latencies.Add(after[0]);
        }

        return latencies;
    }

    private async Task ChangeAsync(PlayedSession probe, int index, TimeSpan duration, List<Cause> causes)
    {
        // Evenly spread.
        await Task.Delay(Rest * index / Probes, TimeProvider.System);
        for (long begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < duration;)
        {
            Note(ended: true);
            await probe.EndAsync();
            await Task.Delay(Rest, TimeProvider.System);
            Note(ended: false);
            probe = await fleet.ResumeAsync(probe);
            await Task.Delay(Rest, TimeProvider.System);
        }

        void Note(bool ended)
        {
            lock (causes)
                causes.Add(new Cause(probe.SessionId, ended, (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds));
        }
    }

    private static Task<double> NowAsync(IPage page) => page.EvaluateAsync<double>("performance.now()");

    private static async Task UseAsync(IPage page, Func<string, Task> begin)
    {
        await begin("scrolling");
        await page.Mouse.MoveAsync(640, 500);
        for (int i = 0; i < 100; i++)
        {
            await page.Mouse.WheelAsync(0, i < 70 ? 900 : -1_500);
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        }

        await begin("searching");
        ILocator search = page.Locator("#session-search");
        foreach (string text in (string[])["reviewer", "fix the flaky", ""])
        {
            await search.FillAsync("");
            await search.PressSequentiallyAsync(text, new() { Delay = 60 });
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }

        await begin("moving by keys");
        await page.Keyboard.PressAsync("Escape");
        for (int i = 0; i < 20; i++)
            await page.Keyboard.PressAsync("j", new() { Delay = 30 });
    }

    /// <summary>
    /// Ten minutes of a page, after the three that it takes to hold as many ended sessions as it ever will.
    /// </summary>
    private async Task MeasureMemoryAsync(BenchRun run)
    {
        BenchRun.Say("Watching the page's memory for thirteen minutes …");
        await using BenchBrowser browser = await BenchBrowser.StartAsync(address);
        await browser.OpenAsync("");
        await Task.Delay(TimeSpan.FromMinutes(3), TimeProvider.System);
        List<double> megabytes = [];
        for (int i = 0; i < 60; i++)
        {
            megabytes.Add(BenchBrowser.RendererBytes / 1e6);
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
        }

        double first = Samples.Median(megabytes.Take(6)), last = Samples.Median(megabytes.TakeLast(6));
        run.Add(new("dashboard.memory", "Memory of the page, last minute of ten to the first", last, "MB", Bar: 1.1, Floor: first)
        {
            Note = $"{megabytes.Min():0} to {megabytes.Max():0} MB",
        });
    }

    /// <param name="Time">When it was asked for, in milliseconds since 1970.</param>
    private sealed record Cause(string SessionId, bool Ended, double Time)
    {
        public bool Shows(string status) => Ended ? status == "finished" : status is "pending" or "running";
    }
}
