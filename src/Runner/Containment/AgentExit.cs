namespace Coordinator.AgentRunner.Containment;

/// <summary>How the agent's own process ended: with an exit code, or by a signal.</summary>
/// <param name="Code">The exit code; null if a signal ended it or if it is not known.</param>
/// <param name="Signal">The signal's name, for example "SIGKILL"; null if it exited by itself.</param>
internal sealed record AgentExit(int? Code, string? Signal)
{
    /// <summary>The process has ended, but nobody could collect its status.</summary>
    public static AgentExit Unknown { get; } = new(null, null);
}
