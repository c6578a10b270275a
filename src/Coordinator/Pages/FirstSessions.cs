using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Sessions;
using Coordinator.Grpc;
using Coordinator.Identity;
using Coordinator.Listening;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Sessions;
using SessionFilter = Coordinator.Sessions.SessionFilter;

namespace Coordinator.Pages;

/// <summary>Reads what a page is rendered with, as the API would, and remembers it. One for each rendering.</summary>
internal sealed class FirstSessions(SessionQueries sessions, Callers callers, IHttpContextAccessor http, Endpoints endpoints) : IFirstSessions
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
        IReadOnlyList<SessionView> newest = await sessions.NewestAsync(Caller, filter, Rows, cancellationToken);
        return Give([.. newest.Select(SessionMapping.ToProto)]);
    }

    public async Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        SessionView? view = await sessions.FindAsync(Caller, sessionId, cancellationToken);
        return view is null ? null : Give([SessionMapping.ToProto(view)])[0];
    }

    private IReadOnlyList<Proto.Session> Give(IReadOnlyList<Proto.Session> sessions)
    {
        Given = [.. Given, .. sessions];
        Changed?.Invoke();
        return sessions;
    }

    /// <summary>Whoever asked for the page.</summary>
    private Caller Caller => callers.Of(http.HttpContext ?? throw new InvalidOperationException("A page is rendered without a request."));

    /// <summary>An address that was mistyped selects nothing; the page itself says so.</summary>
    private static SessionFilter? Check(SessionQuery query)
    {
        RequestCheck check = new();
        SessionFilter filter = FilterCheck.Check(query.ToFilter(), check);
        return check.HasFailed ? null : filter;
    }
}
