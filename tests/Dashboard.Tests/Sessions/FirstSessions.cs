using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Sessions;

namespace Coordinator.Dashboard.Tests.Sessions;

/// <summary>What came with the page.</summary>
internal sealed class FirstSessions : IFirstSessions
{
    public IReadOnlyList<Proto.Session> Sessions { get; set; } = [];

    public string GrpcUrl => "http://127.0.0.1:8766";

    public Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => Task.FromResult(Sessions);

    public Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken) =>
        Task.FromResult(Sessions.FirstOrDefault(s => s.SessionId == sessionId));
}
