using Coordinator.Model;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Coordinator.Grpc;

/// <summary>
/// The one place where what went wrong in a call becomes its status, for all four kinds of methods and for every service.
/// Requests that cannot be read at all do not come this far: see <see cref="UnreadableRequests"/>.
/// </summary>
internal sealed partial class ErrorInterceptor(IHostApplicationLifetime lifetime, ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <summary>Whether a call got as far as this. Before, only the framework can have given it a status.</summary>
    public static bool HasSeen(ServerCallContext context) => context.UserState.ContainsKey(typeof(ErrorInterceptor));

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        MarkSeen(context);
        try
        {
            return await continuation(request, context);
        }
        catch (Exception problem)
        {
            throw Translate(problem, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        MarkSeen(context);
        try
        {
            return await continuation(new RequestStream<TRequest>(requestStream, context.CancellationToken), context);
        }
        catch (Exception problem)
        {
            throw Translate(problem, context);
        }
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, () => continuation(request, responseStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, () => continuation(new RequestStream<TRequest>(requestStream, context.CancellationToken), responseStream, context));

    private static void MarkSeen(ServerCallContext context) => context.UserState[typeof(ErrorInterceptor)] = true;

    private async Task StreamAsync(ServerCallContext context, Func<Task> call)
    {
        MarkSeen(context);
        try
        {
            await call();
            // Some handlers, the health service's among them, just return when the coordinator stops. A stream that may
            // have been cut off must not look complete.
            if (lifetime.ApplicationStopping.IsCancellationRequested && context.Status.StatusCode == StatusCode.OK)
                throw new OperationCanceledException(context.CancellationToken);
        }
        catch (Exception problem)
        {
            throw Translate(problem, context);
        }
    }

    private RpcException Translate(Exception problem, ServerCallContext context)
    {
        switch (problem)
        {
            case RpcException told:
                return told;
            case CoordinatorException refusal:
                return RpcErrors.Of(refusal);
            case OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested:
                return RpcErrors.Of(CoordinatorException.ShuttingDown());
            case OperationCanceledException or IOException or InvalidOperationException when context.CancellationToken.IsCancellationRequested:
                // The caller went away or the shutdown ended the call; reading from it and writing to it fail in several ways.
                return lifetime.ApplicationStopping.IsCancellationRequested ? RpcErrors.Of(CoordinatorException.ShuttingDown()) : RpcErrors.Cancelled();
            case OperationCanceledException { InnerException: IOException }:
                return RpcErrors.Cancelled();
            default:
                LogUnexpected(problem, context.Method);
                return RpcErrors.Internal();
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "{Method} failed in a way that nobody foresaw")]
    private partial void LogUnexpected(Exception problem, string method);
}
