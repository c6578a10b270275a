using Coordinator.Bench.Bare;
using Coordinator.Bench.Reporting;
using Coordinator.Bench.Systems;

namespace Coordinator.Bench.Stops;

/// <summary>One stop, against what others do.</summary>
internal sealed class StopVersusPollScenario : IScenario
{
    private static readonly double[] Percentiles = [0.1, 0.5, 0.9, 0.99];

    public string Name => "stop-vs-poll";

    public string Summary => "a stop against long-polling control planes and a SignalR push";

    public async Task MeasureAsync(BenchRun run)
    {
        await using ProductSystem product = await ProductSystem.LaunchAsync();
        await using BareSystem poll = await BareSystem.LaunchAsync(BareKind.LongPoll, "a durable long poll");
        await using BareSystem tick = await BareSystem.LaunchAsync(BareKind.TickedPoll, "a durable long poll with a tick of 500 ms");
        await using BareSystem hub = await BareSystem.LaunchAsync(BareKind.SignalR, "a SignalR push without a commit");
        await using BareSystem push = await BareSystem.LaunchAsync(BareKind.Grpc, "a bare push with the same commit");
        AgentTrials trials = await AgentTrials.RunAsync(run.Of(150, 6, 2), product, poll, tick, hub, push);
        foreach (double percentile in Percentiles)
            Compare(poll, "long-poll", percentile, bar: 1, $"{push.Name} takes {Samples.Percentile(trials.Stops(push), percentile):0.00} ms");
        foreach (double percentile in Percentiles)
            Compare(tick, "ticked-poll", percentile, bar: 1);
        Compare(hub, "signalr", 0.5, bar: 1.5);

        void Compare(IAgentSystem other, string name, double percentile, double bar, string note = "") => run.Add(
            new($"stop-vs-poll.{name}.p{percentile * 100:0}", $"Stop, {percentile:P0} within, against {other.Name}",
                Samples.Percentile(trials.Stops(product), percentile), "ms", bar, Samples.Percentile(trials.Stops(other), percentile))
            {
                Note = note,
            });
    }
}
