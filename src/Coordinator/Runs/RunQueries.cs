using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runs;

/// <summary>Reads runs for callers. Never writes.</summary>
internal sealed class RunQueries(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <exception cref="CoordinatorException">There is no such run.</exception>
    public async Task<(Run Run, string Prompt)> GetAsync(Caller caller, string runId, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run run = await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.RunId == runId, cancellationToken)
            ?? throw CoordinatorException.RunNotFound(runId);
        string? prompt = await db.RunTexts.Where(t => t.RunId == runId).Select(t => t.Prompt).FirstOrDefaultAsync(cancellationToken);
        return (run, prompt ?? "");
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">Only runs with smaller ids, which are older; empty for the first page.</param>
    /// <returns>One more than asked for, if there are more.</returns>
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<IReadOnlyList<Run>> ListAsync(Caller caller, RunFilter filter, int pageSize, string before, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        if (filter.SessionId.Length > 0 && !await db.Sessions.AnyAsync(s => s.SessionId == filter.SessionId, cancellationToken))
            throw CoordinatorException.SessionNotFound(filter.SessionId);
        return await Select(db, filter, before).OrderByDescending(r => r.RunId).Take(pageSize + 1).ToListAsync(cancellationToken);
    }

    private static IQueryable<Run> Select(CoordinatorDbContext db, RunFilter filter, string before)
    {
        IQueryable<Run> runs = db.Runs.AsNoTracking();
        if (filter.SessionId.Length > 0)
            runs = runs.Where(r => r.SessionId == filter.SessionId);
        if (filter.RunnerId.Length > 0)
            runs = runs.Where(r => r.RunnerId == filter.RunnerId);
        if (filter.Statuses.Count > 0)
            runs = runs.Where(r => filter.Statuses.Contains(r.Status));
        return before.Length == 0 ? runs : runs.Where(r => string.Compare(r.RunId, before) < 0);
    }
}
