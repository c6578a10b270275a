namespace Coordinator.Dashboard.Sessions;

/// <summary>
/// The sessions that a query selects, in its order. Follows single changes without sorting again: with ten thousand
/// sessions a sort takes longer than the page may take between two pictures.
/// </summary>
public sealed class SessionList
{
    private readonly Dictionary<string, Proto.Session> _byId = [];
    private readonly List<Proto.Session> _rows = [];
    private SessionComparer _comparer = new(SessionSort.Started, descending: true);

    public SessionQuery Query { get; private set; } = SessionQuery.Default;

    public IReadOnlyList<Proto.Session> Rows => _rows;

    public void Reset(SessionsState state, SessionQuery query)
    {
        Query = query;
        _comparer = new SessionComparer(query.Sort, query.Descending);
        _rows.Clear();
        _byId.Clear();
        foreach (Proto.Session session in state.Sessions.Values)
        {
            if (query.Matches(session))
            {
                _rows.Add(session);
                _byId.Add(session.SessionId, session);
            }
        }

        _rows.Sort(_comparer);
    }

    /// <summary>Takes over one session's change.</summary>
    /// <returns>Whether a row came, went or moved, rather than only changed in place.</returns>
    public bool Update(SessionsState state, string sessionId)
    {
        Proto.Session? now = state.Find(sessionId) is { } found && Query.Matches(found) ? found : null;
        if (!_byId.TryGetValue(sessionId, out Proto.Session? old))
        {
            if (now is not null)
                Insert(now);
            return now is not null;
        }

        int index = _rows.BinarySearch(old, _comparer);
        if (now is not null && _comparer.Compare(old, now) == 0)
        {
            _rows[index] = now;
            _byId[sessionId] = now;
            return false;
        }

        _rows.RemoveAt(index);
        _byId.Remove(sessionId);
        if (now is null)
            return true;
        Insert(now);
        return index >= _rows.Count || _rows[index].SessionId != sessionId;
    }

    private void Insert(Proto.Session session)
    {
        _rows.Insert(~_rows.BinarySearch(session, _comparer), session);
        _byId.Add(session.SessionId, session);
    }
}
