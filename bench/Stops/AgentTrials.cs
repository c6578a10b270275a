using Coordinator.Bench.Systems;
using Coordinator.Testing;

namespace Coordinator.Bench.Stops;

/// <summary>
/// Starts and stops an agent many times on several systems in turn, so that whatever else the machine does meanwhile
/// happens to all of them.
/// </summary>
internal sealed class AgentTrials
{
    private const int MaxWarmUp = 15;

    /// <summary>Between the agent's first word and its stop, and between one trial and the next: everything has come to rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<IAgentSystem, List<double>> _starts = [];
    private readonly Dictionary<IAgentSystem, List<double>> _stops = [];

    /// <summary>Milliseconds from the call of the client to the agent's first command.</summary>
    public IReadOnlyList<double> Starts(IAgentSystem system) => _starts[system];

    /// <summary>Milliseconds from the call of the client to SIGTERM in the agent.</summary>
    public IReadOnlyList<double> Stops(IAgentSystem system) => _stops[system];

    public static async Task<AgentTrials> RunAsync(int trials, params IReadOnlyList<IAgentSystem> systems)
    {
        using TestFiles files = new();
        MarkingAgent agent = new(files);
        AgentTrials all = new();
        foreach (IAgentSystem system in systems)
            (all._starts[system], all._stops[system]) = ([], []);
        BenchRun.Say($"Starting and stopping {trials} agents on each of {string.Join(", ", systems.Select(s => s.Name))} …");
        for (int trial = -Math.Min(MaxWarmUp, trials); trial < trials; trial++)
        {
            foreach (IAgentSystem system in systems)
            {
                var (start, stop) = await TryAsync(system, agent, $"agent-{trial}-{systems.ToList().IndexOf(system)}");
                if (trial < 0)
                    continue;
                all._starts[system].Add(start);
                all._stops[system].Add(stop);
            }
        }

        return all;
    }

    private static async Task<(double Start, double Stop)> TryAsync(IAgentSystem system, MarkingAgent agent, string id)
    {
        double asked = MarkingAgent.Now();
        await system.StartAsync(id, agent.Command(id));
        double start = await agent.StartedAsync(id) - asked;
        await Task.Delay(Rest, TimeProvider.System);

        asked = MarkingAgent.Now();
        await system.StopAsync(id);
        double stop = await agent.SignalledAsync(id) - asked;
        await system.EndedAsync(id);
        await Task.Delay(Rest, TimeProvider.System);
        return (start, stop);
    }
}
