namespace Coordinator.Model;

/// <summary>What is told to a runner over its connection. Immutable.</summary>
internal abstract record RunnerMessage
{
    /// <summary>The first message of a connection.</summary>
    /// <param name="Epoch">The fencing number of the connection.</param>
    /// <param name="Forget">Ids of runs that are over for the coordinator, and of which it takes nothing more.</param>
    internal sealed record Welcome(
        long Epoch, TimeSpan HeartbeatInterval, bool Draining, IReadOnlyList<string> Forget, DateTimeOffset Time) : RunnerMessage;

    /// <summary>All reports of a run up to a number are stored.</summary>
    internal sealed record Acknowledge(RunClaim Claim, long Sequence) : RunnerMessage;
}
