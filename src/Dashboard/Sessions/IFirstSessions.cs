namespace Coordinator.Dashboard.Sessions;

/// <summary>
/// What a page is rendered with before the watch has told anything. The coordinator reads its database; in the browser
/// there is nothing to read, because the page came with it.
/// </summary>
internal interface IFirstSessions
{
    /// <summary>Where runners and gRPC tools connect, for example <c>http://127.0.0.1:8766</c>.</summary>
    string GrpcUrl { get; }

    Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken);

    Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken);
}
