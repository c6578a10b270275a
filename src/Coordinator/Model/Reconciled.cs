namespace Coordinator.Model;

/// <summary>What a runner is to be told after its hello, and what is to be decided after its answer.</summary>
/// <param name="Stops">Stops that are still to be carried out.</param>
/// <param name="Forget">Ids of runs that are over for the coordinator, and of which it takes nothing more.</param>
/// <param name="Missing">Runs that it was given and does not hold.</param>
/// <param name="Held">How many runs take its slots.</param>
internal sealed record Reconciled(
    IReadOnlyList<RunnerCommand.StopRun> Stops, IReadOnlyList<string> Forget, IReadOnlyList<RunClaim> Missing, int Held);
