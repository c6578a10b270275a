using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>A session with its newest run, for reading.</summary>
internal sealed class SessionView
{
    public required Session Session { get; init; }

    /// <summary>Null only for a session that never had a run.</summary>
    public required Run? Run { get; init; }

    public static IQueryable<SessionView> All(CoordinatorDbContext db) => Of(db, db.Sessions.AsNoTracking());

    public static IQueryable<SessionView> Of(CoordinatorDbContext db, IQueryable<Session> sessions) =>
        from session in sessions
        join run in db.Runs.AsNoTracking() on session.RunId equals run.RunId into runs
        from run in runs.DefaultIfEmpty()
        select new SessionView { Session = session, Run = run };

    public Proto.Session ToProto() => SessionMapping.ToProto(Session, Run);
}
