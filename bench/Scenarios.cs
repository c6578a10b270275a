using Coordinator.Bench.Dashboard;
using Coordinator.Bench.Runs;

namespace Coordinator.Bench;

internal static class Scenarios
{
    public static IReadOnlyList<IScenario> All { get; } = [new DashboardScenario(), new DispatchScenario()];

    /// <exception cref="BenchException">There is none of that name.</exception>
    public static IReadOnlyList<IScenario> Named(IReadOnlyList<string> names) => names.Contains("all")
        ? All
        : [.. names.Distinct().Select(name => All.FirstOrDefault(s => s.Name == name)
            ?? throw new BenchException($"There is no scenario '{name}'. There are: {string.Join(", ", All.Select(s => s.Name))}, all."))];
}
