namespace Coordinator.Bench.Bare;

/// <summary>Something to do for a bare runner.</summary>
/// <param name="Id">The agent.</param>
/// <param name="Command">For the shell, to start it; empty to stop it.</param>
internal sealed record Order(string Id, string Command);
