using System.Net;

namespace Coordinator.Identity;

/// <summary>Makes the caller of an operation, with an id of its own.</summary>
internal sealed class Callers(Ids ids)
{
    /// <summary>Without an address a call came through a local socket.</summary>
    private const string Local = "local";

    /// <summary>A call, by where it comes from: callers do not name themselves.</summary>
    public Caller Of(HttpContext http)
    {
        string address = AddressOf(http);
        ConnectionInfo connection = http.Connection;
        string peer = Normal(connection.RemoteIpAddress) is { } ip ? new IPEndPoint(ip, connection.RemotePort).ToString() : Local;
        return new Caller($"operator@{address}", address, peer, ids.New(Ids.Operation));
    }

    /// <summary>What the coordinator does because it is due.</summary>
    /// <param name="requestedBy">The principal that asked for it in advance.</param>
    public Caller Coordinator(string requestedBy = "coordinator") => new(requestedBy, "", "", ids.New(Ids.Operation));

    /// <summary>What a runner does by itself.</summary>
    public Caller Runner(string runnerId) => new($"runner {runnerId}", "", "", ids.New(Ids.Operation));

    /// <summary>The address a call comes from, without its port.</summary>
    public static string AddressOf(HttpContext http) => Normal(http.Connection.RemoteIpAddress)?.ToString() ?? Local;

    /// <summary>An IPv4 caller on a socket of both families reads as IPv4.</summary>
    private static IPAddress? Normal(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
