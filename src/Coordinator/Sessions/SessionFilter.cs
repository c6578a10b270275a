using Coordinator.Errors;
using Coordinator.Requests;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>A checked filter: the same selection for a query and for a single session of the feed.</summary>
internal sealed class SessionFilter
{
    public static SessionFilter All { get; } = new(new Proto.SessionFilter());

    private readonly Proto.SessionFilter _filter;
    private readonly SessionStatus[] _statuses;

    private SessionFilter(Proto.SessionFilter filter)
    {
        _filter = filter;
        _statuses = [.. filter.Statuses.Distinct().Select(SessionMapping.FromProto)];
    }

    public bool IsAll => _filter.CalculateSize() == 0;

    /// <exception cref="CoordinatorException">A field is wrong.</exception>
    public static SessionFilter Check(Proto.SessionFilter? filter, RequestCheck check)
    {
        if (filter is null)
            return All;
        check
            .Enum("filter.statuses", filter.Statuses)
            .Line("filter.agent_name", filter.AgentName, RequestCheck.MaxName)
            .OptionalId("filter.runner_id", filter.RunnerId, Ids.Runner)
            .Labels("filter.labels", filter.Labels, filter.Labels.Count)
            .Line("filter.text", filter.Text, RequestCheck.MaxName)
            .ThrowIfAny();
        return new SessionFilter(filter);
    }

    public IQueryable<Session> Apply(CoordinatorDbContext db) =>
        _statuses.Length == 0 ? ApplyOthers(db) : ApplyOthers(db).Where(s => _statuses.Contains(s.Status));

    /// <summary>A page of those that match, newest first. Ids sort by the time they were made, so it goes on where the last one ended.</summary>
    /// <param name="before">Only sessions with smaller ids; empty for the first page.</param>
    /// <param name="among">Only sessions with one of these statuses; null for any.</param>
    public IQueryable<SessionView> Newest(CoordinatorDbContext db, string before, int count, IReadOnlyList<SessionStatus>? among = null)
    {
        IQueryable<Session> rest = before.Length == 0 ? ApplyOthers(db) : ApplyOthers(db).Where(s => string.Compare(s.SessionId, before) < 0);
        IReadOnlyList<SessionStatus>? statuses = _statuses.Length == 0 ? among : [.. among is null ? _statuses : _statuses.Intersect(among)];
        IQueryable<Session> page = statuses is null
            ? rest.OrderByDescending(s => s.SessionId).Take(count)
            : Newest(db, rest, statuses, count);
        return SessionView.Of(db, page).OrderByDescending(v => v.Session.SessionId);
    }

    public bool Matches(Proto.Session session) =>
        (_filter.Statuses.Count == 0 || _filter.Statuses.Contains(session.Status))
        && (_filter.AgentName.Length == 0 || session.AgentName == _filter.AgentName)
        && (_filter.RunnerId.Length == 0 || session.RunnerId == _filter.RunnerId)
        && _filter.Labels.All(label => session.Labels.TryGetValue(label.Key, out string? value) && value == label.Value)
        && (_filter.Text.Length == 0 || Contains(session.SessionId) || Contains(session.SessionName) || Contains(session.AgentName)
            || Contains(session.ProjectDir) || Contains(session.RunId));

    /// <summary>Tells filters apart, so that a page token is used with its own filter only.</summary>
    public string Fingerprint() => Requests.Fingerprint.Of(_filter);

    /// <summary>
    /// The index has the sessions of one status in order, but not those of several: asked for together, all that match would
    /// be sorted for every page.
    /// </summary>
    private static IQueryable<Session> Newest(CoordinatorDbContext db, IQueryable<Session> sessions, IReadOnlyList<SessionStatus> statuses, int count)
    {
        IQueryable<string> ids = statuses
            .Select(status => sessions.Where(s => s.Status == status).Select(s => s.SessionId).OrderByDescending(id => id).Take(count))
            .Aggregate(db.Sessions.Where(s => false).Select(s => s.SessionId), (all, one) => all.Concat(one))
            .OrderByDescending(id => id).Take(count);
        return db.Sessions.AsNoTracking().Where(s => ids.Contains(s.SessionId));
    }

    /// <summary>Everything but the statuses.</summary>
    private IQueryable<Session> ApplyOthers(CoordinatorDbContext db)
    {
        IQueryable<Session> sessions = db.Sessions.AsNoTracking();
        if (_filter.AgentName.Length > 0)
            sessions = sessions.Where(s => s.AgentName == _filter.AgentName);
        if (_filter.RunnerId.Length > 0)
            sessions = sessions.Where(s => db.Runs.Any(r => r.RunId == s.RunId && r.RunnerId == _filter.RunnerId));
        foreach (var (key, value) in _filter.Labels)
            sessions = sessions.Where(s => db.SessionLabels.Any(l => l.SessionId == s.SessionId && l.Key == key && l.Value == value));
        if (_filter.Text.Length > 0)
        {
            string pattern = $"%{_filter.Text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
            sessions = sessions.Where(s =>
                EF.Functions.Like(s.SessionId, pattern, "\\") || EF.Functions.Like(s.Name, pattern, "\\")
                || EF.Functions.Like(s.AgentName, pattern, "\\") || EF.Functions.Like(s.ProjectDir, pattern, "\\")
                || EF.Functions.Like(s.RunId, pattern, "\\"));
        }

        return sessions;
    }

    /// <summary>As SQLite's LIKE: without regard to case for ASCII letters only.</summary>
    private bool Contains(string text)
    {
        for (int start = 0; start <= text.Length - _filter.Text.Length; start++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(text.AsSpan(start, _filter.Text.Length), _filter.Text)
                || text.AsSpan(start, _filter.Text.Length).SequenceEqual(_filter.Text))
                return true;
        }

        return false;
    }
}
