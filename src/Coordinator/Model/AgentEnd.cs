namespace Coordinator.Model;

/// <summary>How the agent's own process ended, and that nothing of the run was left alive at <paramref name="Time"/>.</summary>
/// <param name="ExitCode">Null if it was ended by a signal, or because it did not exit after its result.</param>
internal sealed record AgentEnd(
    DateTimeOffset Time,
    int? ExitCode,
    string Signal,
    bool Escalated,
    EndedProcesses Ended,
    string ResultText,
    ClockReading Clock);
