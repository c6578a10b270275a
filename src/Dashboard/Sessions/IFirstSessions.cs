using Coordinator.Client.Sessions;

namespace Coordinator.Dashboard.Sessions;

/// <summary>
/// What a page shows before the watch has told anything. The coordinator, which renders the page, reads its database; the
/// browser, which renders it again to make it live, reads what came with the page.
/// </summary>
internal interface IFirstSessions
{
    /// <summary>Where runners and gRPC tools connect, for example <c>http://127.0.0.1:8766</c>.</summary>
    string GrpcUrl { get; }

    Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken);

    Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken);
}
