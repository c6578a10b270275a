using Grpc.Net.Client;

namespace Coordinator.AgentRunner.Link;

/// <summary>Connects over the network.</summary>
internal sealed class GrpcDialer(Uri coordinator) : IDialer
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public Uri Address => coordinator;

    public DialedCall Dial(CancellationToken over)
    {
        // A channel of its own for each try: a connection that died unnoticed must not be waited for again.
        GrpcChannel channel = GrpcChannel.ForAddress(coordinator, new GrpcChannelOptions
        {
            HttpHandler = NewHandler(),
            DisposeHttpClient = true,
        });
        return new DialedCall(
            new Proto.RunnerService.RunnerServiceClient(channel).Connect(cancellationToken: over), channel);
    }

    private SocketsHttpHandler NewHandler() => new()
    {
        ConnectTimeout = ConnectTimeout,
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = false,

        // A proxy cannot carry HTTP/2 without TLS.
        UseProxy = coordinator.Scheme == Uri.UriSchemeHttps,
    };
}
