using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>Queries for sessions with their newest runs.</summary>
internal static class SessionViews
{
    public static IQueryable<SessionView> All(CoordinatorDbContext db) => Of(db, db.Sessions.AsNoTracking());

    public static IQueryable<SessionView> Of(CoordinatorDbContext db, IQueryable<Session> sessions) =>
        from session in sessions
        join run in db.Runs.AsNoTracking() on session.RunId equals run.RunId into runs
        from run in runs.DefaultIfEmpty()
        select new SessionView { Session = session, Run = run };
}
