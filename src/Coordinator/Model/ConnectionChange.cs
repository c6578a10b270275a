namespace Coordinator.Model;

/// <summary>What a commit changed about the connection of a runner.</summary>
/// <param name="Epoch">The fencing number of the connection.</param>
internal abstract record ConnectionChange(string RunnerId, long Epoch)
{
    /// <summary>A runner was registered.</summary>
    /// <param name="ConnectionId">Which of the connections that arrived at this coordinator it is.</param>
    /// <param name="Held">How many runs take its slots, without those that the same commit gave it or took from it.</param>
    internal sealed record Opened(
        string RunnerId, long Epoch, long ConnectionId, RunnerProfile Profile, bool IsDraining, int Held, Reconciled Reconciled) : ConnectionChange(RunnerId, Epoch);

    /// <summary>The connection has ended.</summary>
    internal sealed record Closed(string RunnerId, long Epoch) : ConnectionChange(RunnerId, Epoch);

    /// <summary>An operator drains the runner, or no longer does.</summary>
    internal sealed record Draining(string RunnerId, long Epoch, bool IsDraining) : ConnectionChange(RunnerId, Epoch);

    /// <summary>The runner is about to end: this connection is given no more runs. The next one is.</summary>
    internal sealed record Leaving(string RunnerId, long Epoch) : ConnectionChange(RunnerId, Epoch);

    /// <summary>The runner can start other executors than before.</summary>
    internal sealed record Executors(string RunnerId, long Epoch, IReadOnlyList<ExecutorInfo> Offered) : ConnectionChange(RunnerId, Epoch);
}
