namespace Coordinator.Dashboard.Sessions;

/// <summary>
/// The order of the rows on the screen. While somebody points at the table it does not move under them: rows change in
/// place, and what would come, go or move waits and is counted.
/// </summary>
internal sealed class RowOrder
{
    private readonly HashSet<string> _pending = [];
    private bool _isStale;

    /// <summary>Session ids. A list of its own each time it changes, so that it can be compared by reference.</summary>
    public List<string> Rows { get; private set; } = [];

    /// <summary>How many sessions wait to come, go or move.</summary>
    public int Pending => IsFrozen ? _pending.Count : 0;

    public bool IsFrozen { get; set; }

    /// <summary>Takes over an order at once, frozen or not: somebody asked for it.</summary>
    public void Reset(IReadOnlyList<Proto.Session> sessions)
    {
        Rows = [.. sessions.Select(s => s.SessionId)];
        _pending.Clear();
        _isStale = false;
    }

    public void Moved(string sessionId)
    {
        _pending.Add(sessionId);
        _isStale = true;
    }

    /// <summary>Takes over the order unless it is frozen.</summary>
    public void Show(IReadOnlyList<Proto.Session> sessions)
    {
        if (_isStale && !IsFrozen)
            Reset(sessions);
    }

    /// <summary>The row some steps further, or the first one.</summary>
    public string? Beside(string? sessionId, int by)
    {
        if (Rows.Count == 0)
            return null;
        int index = sessionId is null ? -1 : Rows.IndexOf(sessionId);
        return Rows[index < 0 ? 0 : Math.Clamp(index + by, 0, Rows.Count - 1)];
    }
}
