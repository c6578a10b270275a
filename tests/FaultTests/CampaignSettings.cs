using Coordinator.FaultTests.Plants;

namespace Coordinator.FaultTests;

/// <summary>How large a campaign is.</summary>
/// <param name="Seed">Decides on the faults and their order, on the agents, and on which of them are stopped.</param>
/// <param name="Rounds">How many faults.</param>
internal sealed record CampaignSettings(int Seed, int Rounds)
{
    public int Machines { get; init; } = 4;

    /// <summary>How many runs the operator wants to have.</summary>
    public int RunsAtATime { get; init; } = 30;

    /// <summary>How many of them there are before anything breaks: some have ended by themselves.</summary>
    public int RunsAtFirst { get; init; } = 20;

    public int Watchers { get; init; } = 3;

    /// <summary>Makes the script of an agent that leaves its mark in a directory.</summary>
    public Func<Random, string, string> Agent { get; init; } = AgentScript.Any;
}
