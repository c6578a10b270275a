using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Coordinator.Client.Sessions;

namespace Coordinator.Dashboard.Sessions;

/// <inheritdoc cref="IFirstSessions"/>
[SupportedOSPlatform("browser")]
internal sealed partial class SessionsOfThePage : IFirstSessions
{
    private readonly IReadOnlyList<Proto.Session> _sessions;

    public SessionsOfThePage()
    {
        using JSObject? element = Find(CarriedSessions.ElementId);
        using JSObject? data = element?.GetPropertyAsJSObject("dataset");
        GrpcUrl = data?.GetPropertyAsString("grpcUrl") ?? "";
        _sessions = CarriedSessions.Read(data?.GetPropertyAsString("sessions"));
    }

    public string GrpcUrl { get; }

    public Task<IReadOnlyList<Proto.Session>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => Task.FromResult(_sessions);

    public Task<Proto.Session?> FindAsync(string sessionId, CancellationToken cancellationToken) =>
        Task.FromResult(_sessions.FirstOrDefault(s => s.SessionId == sessionId));

    [JSImport("globalThis.document.getElementById")]
    private static partial JSObject? Find(string id);
}
