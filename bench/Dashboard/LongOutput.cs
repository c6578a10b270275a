using Coordinator.Bench.Fleet;
using Coordinator.Bench.Reporting;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Dashboard;

/// <summary>A session that has written very much: opening it, moving in it, following it.</summary>
internal sealed class LongOutput(Uri address, PlayedSession session)
{
    private const int Batch = 500;
    private const int LiveLines = 50;

    /// <summary>A session begins with its prompt and with the start of its run.</summary>
    private const int EventsBefore = 2;

    private const long Newest = DashboardScenario.Lines + EventsBefore;

    /// <summary>A running session with its lines.</summary>
    public static async Task<PlayedSession> PrepareAsync(CoordinatorProcess coordinator, PlayedFleet fleet)
    {
        BenchRun.Say($"Writing {DashboardScenario.Lines:N0} lines …");
        PlayedSession session = await fleet.StartAsync("A talkative agent");
        for (int first = 1; first <= DashboardScenario.Lines; first += Batch)
            await session.Runner.WriteAsync(session.Run, [.. Enumerable.Range(first, Batch).Select(LineOf)]);
        while ((await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = session.SessionId, PageSize = 1 })).NewestSequence < Newest)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        return session;
    }

    public async Task MeasureAsync(BenchRun run)
    {
        BenchRun.Say("Reading a long output …");
        await using BenchBrowser browser = await BenchBrowser.StartAsync(address);
        await browser.OpenAsync("");
        Add("open", "Output of 200,000 lines opened", await browser.TimeAsync($"benchProbe.follow('sessions/{session.SessionId}?tab=output')", $"benchProbe.showsRow({Newest})"));
        Add("first", "Jump to its first line", await browser.TimeAsync("benchProbe.press('First')", "benchProbe.showsRow(1)"));
        Add("last", "Jump to its last line", await browser.TimeAsync("benchProbe.press('Last')", $"benchProbe.showsRow({Newest})"));
        Add("search", "Search in it, the hit in its middle", await browser.TimeAsync("benchProbe.search('needle 100000')", "benchProbe.rowsAreThere() && document.querySelector('.log-hit')"));
        await browser.TimeAsync("benchProbe.search('')", "!document.querySelector('.log-hit')");
        await browser.TimeAsync("benchProbe.press('Last')", $"benchProbe.showsRow({Newest})");
        List<double> live = await FollowAsync(browser);
        Add("follow", "A new line can be seen, 99th percentile", TimeSpan.FromMilliseconds(Samples.Percentile(live, 0.99)), $"{LiveLines} lines, median {Samples.Median(live):0} ms");

        void Add(string name, string words, TimeSpan took, string note = "") =>
            run.Add(new($"dashboard.output-{name}", words, took.TotalSeconds, "s", Bar: 1) { Note = note });
    }

    private async Task<List<double>> FollowAsync(BenchBrowser browser)
    {
        List<double> latencies = [];
        for (int i = 1; i <= LiveLines; i++)
        {
            Task<double> seen = browser.Page.EvaluateAsync<double>($"benchProbe.when(() => benchProbe.showsRow({Newest + i}))");
            // The page has to be looking before the line is written.
            await browser.Page.EvaluateAsync("0");
            double written = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            await session.Runner.WriteAsync(session.Run, [$"live line {i}"]);
            latencies.Add(await seen - written);
            // Not in step with anything the page does regularly.
            await Task.Delay(TimeSpan.FromMilliseconds(37 * (i % 11)), TimeProvider.System);
        }

        return latencies;
    }

    private static string LineOf(int number) => number % 1_000 == 0
        ? $"\u001b[32m✓\u001b[0m needle {number} of the work is done"
        : $"{number:D6} compiling module {number % 97} of the work, nothing to see here, going on with the next one";
}
