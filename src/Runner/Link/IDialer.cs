using Grpc.Core;

namespace Coordinator.AgentRunner.Link;

/// <summary>Opens connections to one coordinator.</summary>
internal interface IDialer
{
    Uri Address { get; }

    /// <summary>Begins a connection of its own, which ends with <paramref name="over"/>.</summary>
    DialedCall Dial(CancellationToken over);
}

/// <summary>A call and what it goes over, which ends with it.</summary>
internal sealed class DialedCall(
    AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame> call, IDisposable? channel = null) : IDisposable
{
    public IClientStreamWriter<Proto.RunnerFrame> Requests => call.RequestStream;

    public IAsyncStreamReader<Proto.CoordinatorFrame> Responses => call.ResponseStream;

    public void Dispose()
    {
        call.Dispose();
        channel?.Dispose();
    }
}
