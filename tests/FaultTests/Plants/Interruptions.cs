using Grpc.Core;

namespace Coordinator.FaultTests.Plants;

/// <summary>
/// How a call ends when its coordinator is killed, its connection breaks, or its channel is disposed under it. It was not
/// answered, so it is made again, on whichever channel there is then. What a coordinator answers is no interruption.
/// </summary>
internal static class Interruptions
{
    public static bool Is(Exception exception) => exception is ObjectDisposedException
        or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Cancelled }
        or RpcException { Status.DebugException: IOException or HttpRequestException or ObjectDisposedException };
}
