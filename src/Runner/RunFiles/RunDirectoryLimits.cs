namespace Coordinator.AgentRunner.RunFiles;

/// <summary>How much is kept on disk.</summary>
/// <param name="MaxLogBytes">Of each output stream of a run.</param>
/// <param name="MaxSpillBytes">Of each run's output that waits for the coordinator.</param>
/// <param name="Keep">How many runs that are over.</param>
/// <param name="KeepFor">For how long a run that is over.</param>
internal sealed record RunDirectoryLimits(long MaxLogBytes, long MaxSpillBytes, int Keep, TimeSpan KeepFor);
