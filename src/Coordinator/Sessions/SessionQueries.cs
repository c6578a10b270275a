using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>Reads sessions for callers. Never writes.</summary>
internal sealed class SessionQueries(IDbContextFactory<CoordinatorDbContext> contexts, SessionCount all)
{
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<SessionView> GetAsync(Caller caller, string sessionId, CancellationToken cancellationToken) =>
        await FindAsync(caller, sessionId, cancellationToken) ?? throw CoordinatorException.SessionNotFound(sessionId);

    /// <summary>Null if there is no such session.</summary>
    public async Task<SessionView?> FindAsync(Caller caller, string sessionId, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await SessionViews.All(db).FirstOrDefaultAsync(v => v.Session.SessionId == sessionId, cancellationToken);
    }

    /// <param name="before">Only sessions with smaller ids, which are older; empty for the first page.</param>
    public async Task<SessionPage> ListAsync(Caller caller, SessionFilter filter, int pageSize, string before, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<SessionView> page = await filter.Newest(db, before, pageSize + 1).ToListAsync(cancellationToken);
        long total = filter.IsAll ? all.Value : await filter.Apply(db).LongCountAsync(cancellationToken);
        return new SessionPage([.. page.Take(pageSize)], page.Count > pageSize, total);
    }

    /// <summary>The newest that match, without counting the others.</summary>
    public async Task<IReadOnlyList<SessionView>> NewestAsync(Caller caller, SessionFilter filter, int count, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await filter.Newest(db, before: "", count).ToListAsync(cancellationToken);
    }

    /// <exception cref="CoordinatorException">There is no such session, or its newest run has not ended.</exception>
    public async Task<SessionResult> ResultAsync(Caller caller, string sessionId, CancellationToken cancellationToken)
    {
        SessionView view = await GetAsync(caller, sessionId, cancellationToken);
        if (view.Session.Status.IsActive())
            throw SessionErrors.Active(view.Session, "has no result yet. Wait for it to end or stop it");
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        string? text = await db.RunTexts.Where(t => t.RunId == view.Session.RunId).Select(t => t.Result).FirstOrDefaultAsync(cancellationToken);
        return new SessionResult(text ?? "", view.Run?.ExitCode, view.Run?.Usage);
    }
}
