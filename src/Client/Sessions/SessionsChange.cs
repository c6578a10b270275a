namespace Coordinator.Client.Sessions;

/// <summary>What is different since the last picture.</summary>
/// <param name="All">Everything may be: a snapshot came in.</param>
/// <param name="SessionIds">Otherwise, these sessions.</param>
public sealed record SessionsChange(bool All, IReadOnlySet<string> SessionIds)
{
    public bool Concerns(string sessionId) => All || SessionIds.Contains(sessionId);
}
