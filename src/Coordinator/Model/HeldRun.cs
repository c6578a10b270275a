namespace Coordinator.Model;

/// <summary>A run that a runner says it holds.</summary>
/// <param name="HasEnded">Whether nothing of it is alive, and the runner keeps it only until its end is acknowledged.</param>
internal readonly record struct HeldRun(RunClaim Claim, bool HasEnded);
