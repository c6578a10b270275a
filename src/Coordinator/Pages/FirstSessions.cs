using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Sessions;
using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Requests;
using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using SessionFilter = Coordinator.Sessions.SessionFilter;

namespace Coordinator.Pages;

/// <summary>Reads what a page is rendered with straight from the database, and remembers it. One for each rendering.</summary>
internal sealed class FirstSessions(IDbContextFactory<CoordinatorDbContext> contexts, Endpoints endpoints) : IFirstSessions
{
    /// <summary>More than a screen holds.</summary>
    private const int Rows = 24;

    /// <summary>When <see cref="Given"/> has grown.</summary>
    public event Action? Changed;

    /// <summary>What the page was rendered with so far.</summary>
    public IReadOnlyList<Proto.Session> Given { get; private set; } = [];

    public string GrpcUrl => endpoints.GrpcUrl;

    public async Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken)
    {
        if (Check(query) is not { } filter)
            return [];
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<SessionView> newest = await filter.Newest(db, before: "", Rows).ToListAsync(cancellationToken);
        return Give([.. newest.Select(v => v.ToProto())]);
    }

    public async Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        SessionView? view = await SessionView.All(db).FirstOrDefaultAsync(v => v.Session.SessionId == sessionId, cancellationToken);
        return view is null ? null : Give([view.ToProto()])[0];
    }

    private IReadOnlyList<Proto.Session> Give(IReadOnlyList<Proto.Session> sessions)
    {
        Given = [.. Given, .. sessions];
        Changed?.Invoke();
        return sessions;
    }

    /// <summary>An address that somebody mistyped selects nothing; the page itself says so.</summary>
    private static SessionFilter? Check(SessionQuery query)
    {
        try
        {
            return SessionFilter.Check(query.ToFilter(), new RequestCheck());
        }
        catch (CoordinatorException)
        {
            return null;
        }
    }
}
