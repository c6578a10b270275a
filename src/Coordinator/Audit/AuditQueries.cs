using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Audit;

/// <summary>Reads the audit log for callers.</summary>
internal sealed class AuditQueries(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <summary>Newest first.</summary>
    /// <param name="before">Only entries with smaller sequences.</param>
    /// <returns>One more than asked for, if there are more.</returns>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(Caller caller, AuditFilter filter, int pageSize, long before, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Select(db, filter).Where(e => e.Sequence < before).OrderByDescending(e => e.Sequence).Take(pageSize + 1).ToListAsync(cancellationToken);
    }

    private static IQueryable<AuditEntry> Select(CoordinatorDbContext db, AuditFilter filter)
    {
        IQueryable<AuditEntry> entries = db.AuditEntries.AsNoTracking();
        if (filter.SessionId.Length > 0)
            entries = entries.Where(e => e.SessionId == filter.SessionId);
        if (filter.RunId.Length > 0)
            entries = entries.Where(e => e.RunId == filter.RunId);
        if (filter.RunnerId.Length > 0)
            entries = entries.Where(e => e.RunnerId == filter.RunnerId);
        if (filter.Actions.Count > 0)
            entries = entries.Where(e => filter.Actions.Contains(e.Action));
        return entries;
    }
}
