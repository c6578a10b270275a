using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Where reports about runs go: numbered per claim and kept until the coordinator has committed them. Nothing here does
/// any IO. Thread-safe.
/// </summary>
internal interface IReports
{
    /// <summary>
    /// Takes <c>run_started</c>, <c>stop_progress</c>, <c>run_ended</c> or a mark. Never refuses, never waits.
    /// </summary>
    void Post(Proto.RunnerFrame report);

    /// <summary>The number that the claim's next report gets.</summary>
    long NextSequence(RunKey key);

    /// <summary>
    /// Takes events, if there is room for them. While the coordinator is connected the caller waits for room, at most
    /// for <paramref name="patience"/>; that slows the agent down rather than losing what it says.
    /// </summary>
    /// <returns>False if there was no room: the events were not taken.</returns>
    bool TryPostEvents(Proto.RunEvents events, TimeSpan patience);

    /// <summary>Lets nobody wait for room for this claim's events any more, because the run is being stopped.</summary>
    void Hurry(RunKey key);

    /// <summary>Forgets what was committed.</summary>
    /// <returns>True if the claim has ended and nothing of it is left to acknowledge.</returns>
    bool Acknowledge(RunKey key, long sequence);

    /// <summary>Forgets everything about the run.</summary>
    void Discard(string runId);

    /// <summary>Takes nothing more about the claim, up to and including its end.</summary>
    void Mute(RunKey key);
}
