using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Coordinator.Hosting;

/// <summary>
/// Ends streaming calls when the coordinator stops. The framework does not: the server would wait for them until its
/// shutdown timeout. Unary calls that are in flight finish.
/// </summary>
/// <remarks>
/// The token is swapped here and not in an interceptor because by then a call with a deadline has captured the original.
/// </remarks>
internal sealed class StreamLifetime(RequestDelegate next, StreamCutoff cutoff, OpenStreams streams)
{
    public Task InvokeAsync(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method.Type: not MethodType.Unary }
            ? EndAtCutoffAsync(http)
            : next(http);

    private async Task EndAtCutoffAsync(HttpContext http)
    {
        streams.Add(http);
        CancellationToken aborted = http.RequestAborted;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, cutoff.Token);
        http.RequestAborted = ended.Token;
        try
        {
            await next(http);
        }
        finally
        {
            // The server's own bookkeeping goes on after this call and must not meet a disposed source.
            http.RequestAborted = aborted;
        }
    }
}
