using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coordinator.Hosting;

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
            ? new UriBuilder(bound.Address.Scheme, Host(bound.Address, bound.Socket), bound.Socket.IPEndPoint?.Port ?? bound.Address.Port).Uri.GetLeftPart(UriPartial.Authority)
            : null;

    /// <summary>What to call: on this machine, if the endpoint listens on every address it has.</summary>
    private static string Host(ListenAddress address, ListenOptions socket) => socket.IPEndPoint?.Address switch
    {
        null => address.Host,
        { } ip when ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) => IPAddress.TryParse(address.Host, out _) || address.Host is "*" or "+" ? "127.0.0.1" : address.Host,
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } ip => $"[{ip}]",
        { } ip => ip.ToString(),
    };
}
