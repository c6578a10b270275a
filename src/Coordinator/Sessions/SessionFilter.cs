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
        _statuses = [.. filter.Statuses.Select(SessionMapping.FromProto)];
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

    public IQueryable<SessionView> Apply(CoordinatorDbContext db)
    {
        IQueryable<SessionView> views = SessionView.All(db);
        if (_statuses.Length > 0)
            views = views.Where(v => _statuses.Contains(v.Session.Status));
        if (_filter.AgentName.Length > 0)
            views = views.Where(v => v.Session.AgentName == _filter.AgentName);
        if (_filter.RunnerId.Length > 0)
            views = views.Where(v => v.Run!.RunnerId == _filter.RunnerId);
        foreach (var (key, value) in _filter.Labels)
            views = views.Where(v => db.SessionLabels.Any(l => l.SessionId == v.Session.SessionId && l.Key == key && l.Value == value));
        if (_filter.Text.Length > 0)
        {
            string pattern = $"%{_filter.Text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
            views = views.Where(v =>
                EF.Functions.Like(v.Session.SessionId, pattern, "\\") || EF.Functions.Like(v.Session.Name, pattern, "\\")
                || EF.Functions.Like(v.Session.AgentName, pattern, "\\") || EF.Functions.Like(v.Session.ProjectDir, pattern, "\\")
                || EF.Functions.Like(v.Session.RunId, pattern, "\\"));
        }

        return views;
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
