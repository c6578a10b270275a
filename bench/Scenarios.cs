using Coordinator.Bench.Dashboard;
using Coordinator.Bench.Runs;
using Coordinator.Bench.Scale;
using Coordinator.Bench.Stops;

namespace Coordinator.Bench;

internal static class Scenarios
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new StopScenario(), new FullDiskScenario(), new ProofScenario(), new StopVersusPollScenario(), new StormScenario(), new DispatchScenario(), new QueueScenario(),
        new IdleScenario(), new FanoutScenario(), new ReconnectScenario(), new EventsScenario(), new GrowthScenario(), new DashboardScenario(),
    ];

    /// <exception cref="BenchException">There is none of that name.</exception>
    public static IReadOnlyList<IScenario> Named(IReadOnlyList<string> names) => names.Contains("all")
        ? [.. All.Where(s => s is not DashboardScenario)]
        : [.. names.Distinct().Select(name => All.FirstOrDefault(s => s.Name == name)
            ?? throw new BenchException($"There is no scenario '{name}'. There are: {string.Join(", ", All.Select(s => s.Name))}, all."))];
}
