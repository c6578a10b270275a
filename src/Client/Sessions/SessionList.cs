namespace Coordinator.Client.Sessions;

/// <summary>
/// The sessions that a query selects, in its order. Follows single changes and other filters without sorting again: with
/// ten thousand sessions a sort takes longer than may pass between two pictures.
/// </summary>
public sealed class SessionList
{
    private Ranking _all = new(new SessionComparer(SessionQuery.Default.Sort, SessionQuery.Default.Descending));
    private Ranking _selected;
    private Proto.SessionFilter _filter = SessionQuery.Default.ToFilter();

    public SessionList() => _selected = _all;

    public SessionQuery Query { get; private set; } = SessionQuery.Default;

    public IReadOnlyList<Proto.Session> Rows => _selected.Rows;

    /// <summary>Takes over everything anew.</summary>
    public void Reset(SessionsState state, SessionQuery query)
    {
        _all = Ranking.Sorted(state.Sessions.Values, ComparerOf(query));
        Select(query);
    }

    /// <summary>Shows other sessions of those it has followed, or in another order.</summary>
    public void Show(SessionQuery query)
    {
        if ((query.Sort, query.Descending) != (Query.Sort, Query.Descending))
            _all = Ranking.Sorted(_all.Rows, ComparerOf(query));
        Select(query);
    }

    /// <summary>Takes over one session's change.</summary>
    /// <returns>Whether a row came, went or moved, rather than only changed in place.</returns>
    public bool Update(SessionsState state, string sessionId)
    {
        Proto.Session? now = state.Find(sessionId);
        bool hasMoved = _all.Update(sessionId, now);
        return _selected == _all
            ? hasMoved
            : _selected.Update(sessionId, now is not null && _filter.Matches(now) ? now : null);
    }

    private static SessionComparer ComparerOf(SessionQuery query) => new(query.Sort, query.Descending);

    private void Select(SessionQuery query)
    {
        Query = query;
        _filter = query.ToFilter();
        _selected = query.IsFiltered ? _all.Where(_filter.Matches) : _all;
    }

    /// <summary>Sessions in an order.</summary>
    private sealed class Ranking(SessionComparer comparer)
    {
        private readonly Dictionary<string, Proto.Session> _byId = [];
        private readonly List<Proto.Session> _rows = [];

        public IReadOnlyList<Proto.Session> Rows => _rows;

        public static Ranking Sorted(IEnumerable<Proto.Session> sessions, SessionComparer comparer)
        {
            Ranking ranking = new(comparer);
            foreach (Proto.Session session in sessions)
                ranking.Append(session);
            ranking._rows.Sort(comparer);
            return ranking;
        }

        public Ranking Where(Predicate<Proto.Session> matches)
        {
            Ranking some = new(comparer);
            foreach (Proto.Session session in _rows)
            {
                if (matches(session))
                    some.Append(session);
            }

            return some;
        }

        /// <param name="now">Null if it is no longer among them.</param>
        public bool Update(string sessionId, Proto.Session? now)
        {
            if (!_byId.TryGetValue(sessionId, out Proto.Session? old))
            {
                if (now is not null)
                    Insert(now);
                return now is not null;
            }

            int index = _rows.BinarySearch(old, comparer);
            if (now is not null && comparer.Compare(old, now) == 0)
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

        private void Append(Proto.Session session)
        {
            _rows.Add(session);
            _byId.Add(session.SessionId, session);
        }

        private void Insert(Proto.Session session)
        {
            _rows.Insert(~_rows.BinarySearch(session, comparer), session);
            _byId.Add(session.SessionId, session);
        }
    }
}
