namespace Coordinator.Client.Runners;

/// <summary>An executor that cannot be started on a runner.</summary>
/// <param name="Runner">The runner's name.</param>
/// <param name="Executor">What it says of the executor.</param>
public sealed record UnavailableExecutor(string Runner, Proto.ExecutorInfo Executor);
