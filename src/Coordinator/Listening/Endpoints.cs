using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coordinator.Listening;

/// <summary>
/// Where the coordinator is reached, with the ports it really got. Known once the server has started.
/// </summary>
internal sealed class Endpoints
{
    private readonly Dictionary<string, (ListenAddress Address, ListenOptions Socket)> _bound = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For the dashboard and gRPC-Web, for example <c>http://127.0.0.1:8765</c>.</summary>
    public string WebUrl => Url(ListenAddress.Web) ?? Url(ListenAddress.Grpc) ?? throw NotListening();

    /// <summary>For runners and gRPC tools. The web address if one TLS endpoint serves all.</summary>
    public string GrpcUrl => Url(ListenAddress.Grpc) ?? Url(ListenAddress.Web) ?? throw NotListening();

    /// <summary>Remembers the socket of an endpoint; its address is final once it is bound.</summary>
    public void Note(ListenAddress address, ListenOptions socket) => _bound[address.Name] = (address, socket);

    private static InvalidOperationException NotListening() => new("The server has not started.");

    private string? Url(string name) =>
        _bound.TryGetValue(name, out var bound)
            ? new UriBuilder(bound.Address.Scheme, Host(bound.Address.Host), bound.Socket.IPEndPoint?.Port ?? bound.Address.Port).Uri.GetLeftPart(UriPartial.Authority)
            : null;

    /// <summary>What to call: the name that is configured, which a certificate may be for, or this machine for "every address".</summary>
    private static string Host(string configured) => IPAddress.TryParse(configured, out IPAddress? ip)
        ? ip.Equals(IPAddress.Any) ? "127.0.0.1" : ip.Equals(IPAddress.IPv6Any) ? "[::1]" : configured
        : configured is "*" or "+" ? "127.0.0.1" : configured;
}
