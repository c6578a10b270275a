using Coordinator.Bench.Bare;
using Coordinator.Bench.Reporting;
using Coordinator.Bench.Systems;

namespace Coordinator.Bench.Stops;

/// <summary>One stop and one start, against what cannot be done with less.</summary>
internal sealed class StopScenario : IScenario
{
    public string Name => "stop";

    public string Summary => "StopSession to SIGTERM in the agent, and StartSession to its first command";

    public async Task MeasureAsync(BenchRun run)
    {
        await using ProductSystem product = await ProductSystem.LaunchAsync();
        await using BareSystem floor = await BareSystem.LaunchAsync(BareKind.Grpc, "a bare push, one durable commit, posix_spawn and kill");
        AgentTrials trials = await AgentTrials.RunAsync(run.Of(300, 25, 3), product, floor);
        string note = $"{trials.Stops(product).Count} each, in turn";
        run.Add(Compare("stop.median", "Stop, median", 0.5, trials.Stops, bar: 2));
        run.Add(Compare("stop.p99", "Stop, 99th percentile", 0.99, trials.Stops, bar: 4));
        run.Add(Compare("start.median", "Start, median", 0.5, trials.Starts, bar: 3));

        Measurement Compare(string name, string words, double percentile, Func<IAgentSystem, IReadOnlyList<double>> of, double bar) =>
            new(name, words, Samples.Percentile(of(product), percentile), "ms", bar, Samples.Percentile(of(floor), percentile)) { Note = note };
    }
}
