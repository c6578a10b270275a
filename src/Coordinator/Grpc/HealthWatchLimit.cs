using Coordinator.Identity;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Coordinator.Grpc;

/// <summary>Whoever watches the health holds a stream as any other watcher does, and counts as one.</summary>
internal sealed class HealthWatchLimit(WatcherLimit watchers) : Interceptor
{
    private const string Watch = "/grpc.health.v1.Health/Watch";

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using IDisposable? place = context.Method == Watch ? watchers.Enter(Callers.AddressOf(context.GetHttpContext())) : null;
        await continuation(request, responseStream, context);
    }
}
