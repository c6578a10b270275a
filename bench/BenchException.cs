namespace Coordinator.Bench;

/// <summary>The bench cannot measure; the message says why and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
