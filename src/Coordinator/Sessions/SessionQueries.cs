using Coordinator.Errors;
using Coordinator.Requests;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>Reads sessions for callers. Never writes.</summary>
internal sealed class SessionQueries(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<SessionView> GetAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await SessionView.All(db).FirstOrDefaultAsync(v => v.Session.SessionId == sessionId, cancellationToken)
            ?? throw CoordinatorException.SessionNotFound(sessionId);
    }

    public async Task<Proto.ListSessionsResponse> ListAsync(SessionFilter filter, int pageSize, string after, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<SessionView> page = await filter.Newest(db, after, pageSize + 1).ToListAsync(cancellationToken);
        Proto.ListSessionsResponse response = new()
        {
            Sessions = { page.Take(pageSize).Select(v => v.ToProto()) },
            TotalSize = filter.IsAll
                ? await db.LedgerStates.Select(s => s.SessionCount).SingleAsync(cancellationToken)
                : await filter.Apply(db).LongCountAsync(cancellationToken),
        };
        if (page.Count > pageSize)
            response.NextPageToken = PageToken.Make(filter.Fingerprint(), page[pageSize - 1].Session.SessionId);
        return response;
    }

    /// <exception cref="CoordinatorException">There is no such session, or its newest run has not ended.</exception>
    public async Task<Proto.GetSessionResultResponse> ResultAsync(string sessionId, CancellationToken cancellationToken)
    {
        SessionView view = await GetAsync(sessionId, cancellationToken);
        if (view.Session.Status.IsActive())
            throw SessionErrors.Active(view.Session, "has no result yet. Wait for it to end or stop it");
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        string? text = await db.RunTexts.Where(t => t.RunId == view.Session.RunId).Select(t => t.Result).FirstOrDefaultAsync(cancellationToken);
        Proto.GetSessionResultResponse response = new()
        {
            ResultText = text ?? "",
            Usage = view.Run is null ? null : UsageMapping.ToProto(view.Run.Usage),
        };
        if (view.Run?.ExitCode is { } code)
            response.ExitCode = code;
        return response;
    }
}
