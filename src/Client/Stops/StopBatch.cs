using Coordinator.Client.Sessions;

namespace Coordinator.Client.Stops;

/// <summary>The sessions of one stop on their way to their ends: a stop is only called done when its sessions have ended.</summary>
/// <param name="sessionIds">Those that were asked to stop, at least one.</param>
public sealed class StopBatch(IReadOnlyList<string> sessionIds)
{
    private readonly HashSet<string> _awaited = [.. sessionIds];
    private readonly List<Proto.Session> _ended = [];

    public int Total { get; } = sessionIds.Count;

    public bool IsOver => _awaited.Count == 0;

    /// <summary>Whether the end of a session is not proved.</summary>
    public bool IsDoubtful => Unproved > 0;

    /// <summary>How it stands, for a person.</summary>
    public string Text => this switch
    {
        { IsOver: false } => $"Stopping {Total} sessions: {_ended.Count} ended, {_awaited.Count} to go.",
        { Total: 1 } => StopWording.Outcome(_ended[0]),
        { Unproved: > 0 } => $"{Total} sessions have ended; for {Unproved} of them that is not proved.",
        _ => $"All {Total} sessions have ended, nothing left running.",
    };

    private int Unproved => _ended.Count(s => s.Stop is { Outcome: Proto.StopOutcome.Unproved });

    /// <summary>Takes over the state of a session.</summary>
    /// <returns>Whether its end was awaited and has come.</returns>
    public bool Take(Proto.Session session)
    {
        if (session.Status.IsActive() || !_awaited.Remove(session.SessionId))
            return false;
        _ended.Add(session);
        return true;
    }
}
