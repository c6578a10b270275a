namespace Coordinator.Model;

/// <summary>What the dispatch of one transaction looked at.</summary>
/// <param name="Finished">Demands that were to be looked at again, and of whose runs none is, as long as nothing changes.</param>
/// <param name="Unfinished">Demands that it left to a later one.</param>
/// <param name="Gone">Ids of runs that were thought to wait and do not, with what they asked for.</param>
internal sealed record DispatchOutcome(
    IReadOnlyList<Demand> Finished, IReadOnlyList<Demand> Unfinished, IReadOnlyCollection<KeyValuePair<string, Demand>> Gone);
