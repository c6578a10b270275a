using System.Net;
using Grpc.Core;

namespace Coordinator.Security;

/// <summary>Who makes a call, in the words of the record. Callers do not name themselves, so it is where they call from.</summary>
internal static class Caller
{
    public static string Of(ServerCallContext context) => Of(context.GetHttpContext());

    public static string Of(HttpContext http) => $"operator@{Address(http.Connection.RemoteIpAddress)}";

    /// <summary>An IPv4 caller on a socket of both families reads as IPv4. Without an address it came through a local socket.</summary>
    private static string Address(IPAddress? address) => address switch
    {
        null => "local",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => address.ToString(),
    };
}
