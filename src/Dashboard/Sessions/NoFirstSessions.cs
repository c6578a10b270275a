namespace Coordinator.Dashboard.Sessions;

/// <inheritdoc cref="IFirstSessions"/>
internal sealed class NoFirstSessions : IFirstSessions
{
    public string GrpcUrl => "";

    public Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Proto.Session>>([]);

    public Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken) =>
        Task.FromResult<Proto.Session?>(null);
}
