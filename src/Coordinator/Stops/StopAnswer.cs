namespace Coordinator.Stops;

/// <summary>What became of a stop: for the session that was named, and for its active descendants.</summary>
internal sealed record StopAnswer(StopResult Own, IReadOnlyList<StopResult> Children);
