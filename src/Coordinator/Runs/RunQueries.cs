using Coordinator.Errors;
using Coordinator.Requests;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runs;

/// <summary>Reads runs for callers. Never writes.</summary>
internal sealed class RunQueries(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <exception cref="CoordinatorException">There is no such run.</exception>
    public async Task<Proto.Run> GetAsync(string runId, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run run = await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.RunId == runId, cancellationToken)
            ?? throw CoordinatorException.RunNotFound(runId);
        string? prompt = await db.RunTexts.Where(t => t.RunId == runId).Select(t => t.Prompt).FirstOrDefaultAsync(cancellationToken);
        return RunMapping.ToProto(run, prompt ?? "");
    }

    /// <exception cref="CoordinatorException">There is no such session, or the page token is another list's.</exception>
    public async Task<Proto.ListRunsResponse> ListAsync(Proto.ListRunsRequest request, RequestCheck check, CancellationToken cancellationToken)
    {
        string selection = Fingerprint.Of(new Proto.ListRunsRequest { SessionId = request.SessionId, RunnerId = request.RunnerId, Statuses = { request.Statuses } });
        string after = PageToken.Read(request.PageToken, selection, check);
        int pageSize = RequestCheck.PageSizeOf(request.PageSize);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        if (request.SessionId.Length > 0 && !await db.Sessions.AnyAsync(s => s.SessionId == request.SessionId, cancellationToken))
            throw CoordinatorException.SessionNotFound(request.SessionId);

        List<Run> page = await Select(db, request, after).OrderByDescending(r => r.RunId).Take(pageSize + 1).ToListAsync(cancellationToken);
        Proto.ListRunsResponse response = new() { Runs = { page.Take(pageSize).Select(r => RunMapping.ToProto(r)) } };
        if (page.Count > pageSize)
            response.NextPageToken = PageToken.Make(selection, page[pageSize - 1].RunId);
        return response;
    }

    private static IQueryable<Run> Select(CoordinatorDbContext db, Proto.ListRunsRequest request, string after)
    {
        IQueryable<Run> runs = db.Runs.AsNoTracking();
        if (request.SessionId.Length > 0)
            runs = runs.Where(r => r.SessionId == request.SessionId);
        if (request.RunnerId.Length > 0)
            runs = runs.Where(r => r.RunnerId == request.RunnerId);
        if (request.Statuses.Count > 0)
        {
            RunStatus[] statuses = [.. request.Statuses.Select(RunMapping.FromProto)];
            runs = runs.Where(r => statuses.Contains(r.Status));
        }

        return after.Length == 0 ? runs : runs.Where(r => string.Compare(r.RunId, after) < 0);
    }
}
