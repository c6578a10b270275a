using System.Globalization;
using Coordinator.Errors;
using Coordinator.Requests;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Audit;

/// <summary>Reads the record for callers.</summary>
internal sealed class AuditQueries(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <exception cref="CoordinatorException">The page token is another list's.</exception>
    public async Task<Proto.ListAuditEntriesResponse> ListAsync(Proto.ListAuditEntriesRequest request, RequestCheck check, CancellationToken cancellationToken)
    {
        string selection = Fingerprint.Of(new Proto.ListAuditEntriesRequest
        {
            SessionId = request.SessionId,
            RunId = request.RunId,
            RunnerId = request.RunnerId,
            Actions = { request.Actions },
        });
        long before = ReadToken(request.PageToken, selection, check);
        int pageSize = RequestCheck.PageSizeOf(request.PageSize);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<AuditEntry> page = await Select(db, request).Where(e => e.Sequence < before)
            .OrderByDescending(e => e.Sequence).Take(pageSize + 1).ToListAsync(cancellationToken);
        Proto.ListAuditEntriesResponse response = new() { Entries = { page.Take(pageSize).Select(AuditMapping.ToProto) } };
        if (page.Count > pageSize)
            response.NextPageToken = PageToken.Make(selection, page[pageSize - 1].Sequence.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <summary>The sequence below which the page begins.</summary>
    private static long ReadToken(string token, string selection, RequestCheck check)
    {
        string last = PageToken.Read(token, selection, check);
        if (last.Length == 0)
            return long.MaxValue;
        if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            check.Fail("page_token", "must be the next_page_token of a page with the same filter").ThrowIfAny();
        return sequence;
    }

    private static IQueryable<AuditEntry> Select(CoordinatorDbContext db, Proto.ListAuditEntriesRequest request)
    {
        IQueryable<AuditEntry> entries = db.AuditEntries.AsNoTracking();
        if (request.SessionId.Length > 0)
            entries = entries.Where(e => e.SessionId == request.SessionId);
        if (request.RunId.Length > 0)
            entries = entries.Where(e => e.RunId == request.RunId);
        if (request.RunnerId.Length > 0)
            entries = entries.Where(e => e.RunnerId == request.RunnerId);
        if (request.Actions.Count > 0)
        {
            AuditAction[] actions = [.. request.Actions.Distinct().Select(AuditMapping.FromProto)];
            entries = entries.Where(e => actions.Contains(e.Action));
        }

        return entries;
    }
}
