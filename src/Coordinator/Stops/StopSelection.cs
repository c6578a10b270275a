using Coordinator.Model;
using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>Sessions a stop of many is about.</summary>
/// <param name="Missing">Ids that name no session.</param>
internal sealed record StopSelection(IReadOnlyList<Session> Sessions, IReadOnlyList<string> Missing)
{
    /// <summary>Below the number of parameters that every database takes in one query.</summary>
    public const int IdsAtOnce = 500;

    /// <summary>The ids of active sessions that match a filter, as far as is stored.</summary>
    public static async Task<IReadOnlyList<string>> MatchingAsync(CoordinatorDbContext db, SessionFilter filter) =>
        await filter.Apply(db).Where(s => SessionStatuses.Active.Contains(s.Status)).OrderBy(s => s.SessionId).Select(s => s.SessionId).ToListAsync();

    public static async Task<StopSelection> NamedAsync(UnitOfWork work, IReadOnlyCollection<string> sessionIds)
    {
        List<Session> found = [];
        List<string> missing = [];
        foreach (string sessionId in sessionIds.Distinct())
        {
            if (await work.FindSessionAsync(sessionId) is { } session)
                found.Add(session);
            else
                missing.Add(sessionId);
        }

        return new StopSelection(found, missing);
    }

    /// <summary>Every session that was started by these, or by one of those, and so on; as far as is stored.</summary>
    public static async Task<IReadOnlyList<Session>> DescendantsAsync(CoordinatorDbContext db, IReadOnlyCollection<string> sessionIds)
    {
        HashSet<string> known = [.. sessionIds];
        List<Session> descendants = [];
        List<string> parents = [.. sessionIds];
        while (parents.Count > 0)
        {
            List<string> next = [];
            foreach (string[] ids in parents.Chunk(IdsAtOnce))
            {
                List<Session> children = await db.Sessions.AsNoTracking().Where(s => ids.Contains(s.ParentSessionId)).OrderBy(s => s.SessionId).ToListAsync();
                List<Session> unknown = [.. children.Where(c => known.Add(c.SessionId))];
                descendants.AddRange(unknown);
                next.AddRange(unknown.Select(c => c.SessionId));
            }

            parents = next;
        }

        return descendants;
    }

    /// <summary>The outcome for an id that names no session.</summary>
    public static StopResult NotFound(string sessionId) =>
        StopResult.Missing(sessionId, CoordinatorException.SessionNotFound(sessionId));
}
