using Grpc.Net.Client;

namespace Coordinator.Client.Connection;

/// <summary>The way to a coordinator.</summary>
public static class CoordinatorChannel
{
    /// <summary>In bytes. A page of the API with room: the default of 4 MiB is for callers that know nothing of what they ask.</summary>
    private const int MaxMessage = 16 * 1024 * 1024;

    /// <param name="address">The coordinator's, for example <c>http://127.0.0.1:8766</c>. Nothing is sent before the first call.</param>
    /// <param name="handler">What carries the calls, such as gRPC-Web in a browser; null for HTTP/2.</param>
    /// <exception cref="UriFormatException">That is no address.</exception>
    public static GrpcChannel Open(string address, HttpMessageHandler? handler = null) => GrpcChannel.ForAddress(
        address, new GrpcChannelOptions { HttpHandler = handler, MaxReceiveMessageSize = MaxMessage });
}
