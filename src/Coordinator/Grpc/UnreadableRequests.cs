using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>
/// Answers INVALID_ARGUMENT to requests of unary and server-streaming methods whose bytes cannot be read. The framework
/// reads those before any interceptor runs and would answer UNKNOWN or INTERNAL, as if the coordinator had made a mistake.
/// </summary>
internal sealed partial class UnreadableRequests(RequestDelegate next, ILogger<UnreadableRequests> logger)
{
    private const string StatusHeader = "grpc-status", MessageHeader = "grpc-message";

    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (http.Response.HasStarted || http.Features.Get<IServerCallContextFeature>() is not { ServerCallContext: { } call })
            return;
        if (ErrorInterceptor.HasSeen(call) || Replacement(call.Status, call.Method) is not { } answer)
            return;

        // Nothing was sent yet, so the status is still among the headers (a response of trailers only).
        IHeaderDictionary headers = http.Response.Headers;
        headers[StatusHeader] = ((int)answer.StatusCode).ToString();
        headers[MessageHeader] = Uri.EscapeDataString(answer.Status.Detail);
        foreach (Metadata.Entry trailer in answer.Trailers)
            headers[trailer.Key] = trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value;
    }

    private RpcException? Replacement(Status status, string method)
    {
        switch (status)
        {
            // A frame that is cut off or followed by something else is INTERNAL and comes without an exception.
            case { StatusCode: StatusCode.Internal, DebugException: null }:
            case { StatusCode: StatusCode.Unknown, DebugException: InvalidProtocolBufferException or InvalidDataException }:
                return RpcErrors.Unreadable();
            case { StatusCode: StatusCode.Unknown, DebugException: IOException or OperationCanceledException }:
                return RpcErrors.Cancelled();
            case { StatusCode: StatusCode.Unknown, DebugException: { } problem }:
                LogUnexpected(problem, method);
                return RpcErrors.Internal();
            default:
                return null;
        }
    }

    [LoggerMessage(1202, LogLevel.Error, "{Method} failed before it was called")]
    private partial void LogUnexpected(Exception problem, string method);
}
