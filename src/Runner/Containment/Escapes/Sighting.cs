using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>A process as it was found: by now it may have ended, or have gone elsewhere.</summary>
/// <param name="Process">The process.</param>
/// <param name="Holder">The run in whose container it was; null if it was in none.</param>
internal readonly record struct Sighting(ProcessStat Process, string? Holder);
