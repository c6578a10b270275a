using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Runs;

/// <summary>Whole runs: started by a caller, given to a runner, reported to run and to have ended, each step on disk before the next.</summary>
internal sealed class DispatchScenario : IScenario
{
    private const int Runners = 8;

    public string Name => "dispatch";

    public string Summary => "whole runs per second, 64 callers";

    public async Task MeasureAsync(BenchRun run)
    {
        using TestFiles files = new();
        TimeSpan warmUp = run.Seconds(10, 3, 1);
        TimeSpan duration = run.Seconds(30, 5, 1);
        double rate;
        string template;
        await using (CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files))
        {
            await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, Runners, capacity: Callers.Count);
            template = (await Callers.RunOneAsync(fleet)).SessionId;
            BenchRun.Say($"Running as many runs as {Callers.Count} callers can …");
            await Callers.RepeatAsync(warmUp, () => Callers.RunOneAsync(fleet));
            rate = await Callers.RepeatAsync(duration, () => Callers.RunOneAsync(fleet));
            await coordinator.TerminateAsync();
        }

        BenchRun.Say("Writing the same rows, and nothing else …");
        string database = Directory.GetFiles(files.Root, "coordinator.db", SearchOption.AllDirectories).Single();
        await using GroupCommits commits = new(database, template);
        await Callers.RepeatAsync(run.Seconds(3, 1, 0.2), commits.RunAsync);
        double floor = await Callers.RepeatAsync(run.Seconds(10, 3, 1), commits.RunAsync);
        run.Add(new("dispatch.rate", "Whole runs, durable", rate, "/s", Bar: 2_000) { IsAtLeast = true });
        run.Add(new("dispatch.share", "Whole runs, against their rows alone", rate, "/s", Bar: 0.6, Floor: floor) { IsAtLeast = true });
    }
}
