using System.Net;
using Grpc.Core;

namespace Coordinator.Security;

/// <summary>Who makes a call, in the words of the record. Callers do not name themselves, so it is where they call from.</summary>
internal static class Caller
{
    /// <summary>Without an address a call came through a local socket.</summary>
    private const string Local = "local";

    public static string Of(ServerCallContext context) => Of(context.GetHttpContext());

    /// <summary>The address and port a call comes from.</summary>
    public static string PeerOf(ServerCallContext context)
    {
        ConnectionInfo connection = context.GetHttpContext().Connection;
        return Normal(connection.RemoteIpAddress) is { } address ? new IPEndPoint(address, connection.RemotePort).ToString() : Local;
    }

    /// <summary>The address a call comes from, without its port.</summary>
    public static string AddressOf(ServerCallContext context) => AddressOf(context.GetHttpContext());

    public static string Of(HttpContext http) => $"operator@{AddressOf(http)}";

    private static string AddressOf(HttpContext http) => Normal(http.Connection.RemoteIpAddress)?.ToString() ?? Local;

    /// <summary>An IPv4 caller on a socket of both families reads as IPv4.</summary>
    private static IPAddress? Normal(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
