namespace Coordinator.AgentRunner.Containment;

/// <summary>A run that an earlier life of the runner may have left alive.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Trace">How to find it; a trace of an earlier start of the machine finds nothing.</param>
internal sealed record LeftRun(string RunId, ContainerTrace Trace);
