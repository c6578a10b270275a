using Google.Protobuf;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>
/// A caller's stream of requests that says what ended it: bytes that are no message are the caller's mistake, a broken
/// connection is a cancellation. Reads end with the call even where a handler passes no token.
/// </summary>
internal sealed class RequestStream<T>(IAsyncStreamReader<T> requests, CancellationToken callEnded) : IAsyncStreamReader<T>
{
    public T Current => requests.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken.CanBeCanceled ? cancellationToken : callEnded);
        }
        catch (Exception problem) when (IsUnreadable(problem))
        {
            throw RpcErrors.Unreadable();
        }
        catch (IOException problem)
        {
            throw new OperationCanceledException("The caller's connection broke.", problem, callEnded);
        }
    }

    /// <summary>Neither protobuf, nor its frame; a frame that is cut off is reported by the framework as INTERNAL.</summary>
    private static bool IsUnreadable(Exception problem) =>
        problem is InvalidProtocolBufferException or InvalidDataException or RpcException { StatusCode: StatusCode.Internal };
}
