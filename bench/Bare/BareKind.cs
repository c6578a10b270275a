namespace Coordinator.Bench.Bare;

/// <summary>The ways in which orders reach a runner.</summary>
internal static class BareKind
{
    /// <summary>Stored durably, then pushed over a bidirectional gRPC stream: what cannot be done with less.</summary>
    public const string Grpc = "grpc";

    /// <summary>Stored durably; the runner asks over HTTP and is kept waiting until there is something.</summary>
    public const string LongPoll = "long-poll";

    /// <summary>As <see cref="LongPoll"/>, but who waits is looked after twice a second, as is usual.</summary>
    public const string TickedPoll = "ticked-poll";

    /// <summary>Not stored; pushed over a SignalR hub.</summary>
    public const string SignalR = "signalr";
}
