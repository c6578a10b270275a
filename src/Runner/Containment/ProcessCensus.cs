namespace Coordinator.AgentRunner.Containment;

/// <summary>What is known about the processes of a run at one moment.</summary>
/// <param name="Alive">How many processes are alive; 0 is the proof that nothing of the run is left.</param>
/// <param name="Seen">How many different processes of the run were ever seen alive, including the agent's own.</param>
/// <param name="Detail">
/// When some are alive: for a person, which ones and in what state, for example "4711 (dd, uninterruptible)"; at most
/// the first five.
/// </param>
internal readonly record struct ProcessCensus(int Alive, int Seen, string Detail)
{
    public bool IsEmpty => Alive == 0;
}
