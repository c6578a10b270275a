namespace Coordinator.Bench.Fleet;

/// <summary>How many played runners there are to be, and what of.</summary>
/// <param name="Runners">How many.</param>
/// <param name="Capacity">Slots of each.</param>
internal sealed record FleetPlan(int Runners, int Capacity)
{
    /// <summary>The number of the first one, by which fleets of one coordinator differ.</summary>
    public int First { get; init; } = 1;

    /// <summary>Whether each has a connection of its own, as real runners have, or all share some.</summary>
    public bool Apart { get; init; }

    /// <summary>Told of each stop as it arrives, before it is carried out.</summary>
    public Action<Proto.StopRun> Stopping { get; init; } = _ => { };

    /// <summary>The value of the label <c>fleet</c> of its sessions.</summary>
    public string Label { get; init; } = "bench";
}
