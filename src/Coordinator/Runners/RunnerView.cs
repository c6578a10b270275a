using Coordinator.Model;

namespace Coordinator.Runners;

/// <summary>A runner as operators see it.</summary>
/// <param name="IsConnected">Whether its newest connection stands.</param>
/// <param name="ActiveRuns">How many runs take its slots.</param>
/// <param name="LastHeard">When it was last heard of.</param>
internal sealed record RunnerView(RegisteredRunner Runner, bool IsConnected, int ActiveRuns, DateTimeOffset LastHeard);
