using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>Which sessions are meant: the same selection for a query and for a single session of the feed.</summary>
internal sealed class SessionFilter
{
    public static SessionFilter All { get; } = new();

    /// <summary>Any of them; empty for all.</summary>
    public IReadOnlyList<SessionStatus> Statuses { get; init; } = [];

    /// <summary>Empty for any, like the others.</summary>
    public string AgentName { get; init; } = "";

    public string RunnerId { get; init; } = "";

    /// <summary>All of them have to be there.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>A part of the id, the name, the agent's name, the directory or the newest run's id, without regard to the case of ASCII letters.</summary>
    public string Text { get; init; } = "";

    public bool IsAll => Statuses.Count == 0 && AgentName.Length == 0 && RunnerId.Length == 0 && Labels.Count == 0 && Text.Length == 0;

    public IQueryable<Session> Apply(CoordinatorDbContext db) =>
        Statuses.Count == 0 ? ApplyOthers(db) : ApplyOthers(db).Where(s => Statuses.Contains(s.Status));

    /// <summary>A page of those that match, newest first. Ids sort by the time they were made, so it goes on where the last one ended.</summary>
    /// <param name="before">Only sessions with smaller ids; empty for the first page.</param>
    /// <param name="among">Only sessions with one of these statuses; null for any.</param>
    public IQueryable<SessionView> Newest(CoordinatorDbContext db, string before, int count, IReadOnlyList<SessionStatus>? among = null)
    {
        IQueryable<Session> rest = before.Length == 0 ? ApplyOthers(db) : ApplyOthers(db).Where(s => string.Compare(s.SessionId, before) < 0);
        IReadOnlyList<SessionStatus>? statuses = Statuses.Count == 0 ? among : [.. among is null ? Statuses : Statuses.Intersect(among)];
        IQueryable<Session> page = statuses is null
            ? rest.OrderByDescending(s => s.SessionId).Take(count)
            : Newest(db, rest, statuses, count);
        return SessionViews.Of(db, page).OrderByDescending(v => v.Session.SessionId);
    }

    public bool Matches(SessionView view)
    {
        Session session = view.Session;
        return (Statuses.Count == 0 || Statuses.Contains(session.Status))
            && (AgentName.Length == 0 || session.AgentName == AgentName)
            && (RunnerId.Length == 0 || view.Run?.RunnerId == RunnerId)
            && Labels.All(label => session.Labels.TryGetValue(label.Key, out string? value) && value == label.Value)
            && (Text.Length == 0 || Contains(session.SessionId) || Contains(session.Name) || Contains(session.AgentName)
                || Contains(session.ProjectDir) || Contains(session.RunId));
    }

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
        if (AgentName.Length > 0)
            sessions = sessions.Where(s => s.AgentName == AgentName);
        if (RunnerId.Length > 0)
            sessions = sessions.Where(s => db.Runs.Any(r => r.RunId == s.RunId && r.RunnerId == RunnerId));
        foreach (var (key, value) in Labels)
            sessions = sessions.Where(s => db.SessionLabels.Any(l => l.SessionId == s.SessionId && l.Key == key && l.Value == value));
        if (Text.Length > 0)
        {
            string pattern = $"%{Text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
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
        for (int start = 0; start <= text.Length - Text.Length; start++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(text.AsSpan(start, Text.Length), Text)
                || text.AsSpan(start, Text.Length).SequenceEqual(Text))
                return true;
        }

        return false;
    }
}
