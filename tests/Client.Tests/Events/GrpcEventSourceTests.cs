using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Coordinator.Testing.Samples;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Client.Tests.Events;

public sealed class GrpcEventSourceTests
{
    private readonly FakeTimeProvider _time = new(SampleEvents.Start);

    [Fact]
    public async Task Follow_StreamIsLost_GoesOnAfterTheLastEvent()
    {
        Streams streams = new(
            [SampleEvents.Sent(0, SampleEvents.Line(41), SampleEvents.Line(42)), SampleEvents.Sent(50)],
            [SampleEvents.Sent(51, SampleEvents.Line(51))]);
        GrpcEventSource source = new(new Proto.SessionService.SessionServiceClient(streams), _time, new Random(1));
        using CancellationTokenSource end = new();
        List<long> received = [];
        List<ConnectionPhase> phases = [];
        Task following = source.FollowAsync("ses_1", new EventFollow(40, 500, OmitOutput: true), Take, state => phases.Add(state.Phase), end.Token);

        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return streams.Requests.Count >= 3;
        });
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.WithTimeout());
        Assert.Equal([41, 42, 51], received);
        Assert.Equal([40L, 50, 51], streams.Requests.Take(3).Select(r => r.AfterSequence));
        Assert.All(streams.Requests, r => Assert.True(r is { SessionId: "ses_1", Follow: true, OmitOutput: true, Tail: 500 }));
        Assert.Contains(ConnectionPhase.Live, phases);

        ValueTask Take(Proto.WatchSessionEventsResponse message)
        {
            received.AddRange(message.Events.Select(e => e.Sequence));
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A coordinator that sends what it is told, and then is gone.</summary>
    private sealed class Streams(params Proto.WatchSessionEventsResponse[][] streams) : CallInvoker
    {
        public List<Proto.WatchSessionEventsRequest> Requests { get; } = [];

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Requests.Add((Proto.WatchSessionEventsRequest)(object)request);
            Proto.WatchSessionEventsResponse[] messages = Requests.Count <= streams.Length ? streams[Requests.Count - 1] : [];
            return new AsyncServerStreamingCall<TResponse>(
                (IAsyncStreamReader<TResponse>)(object)new Reader(messages), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();
    }

    private sealed class Reader(IEnumerable<Proto.WatchSessionEventsResponse> messages) : IAsyncStreamReader<Proto.WatchSessionEventsResponse>
    {
        private readonly Queue<Proto.WatchSessionEventsResponse> _messages = new(messages);

        public Proto.WatchSessionEventsResponse Current { get; private set; } = null!;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!_messages.TryDequeue(out var next))
                throw new RpcException(new Status(StatusCode.Unavailable, "gone"));
            Current = next;
            return Task.FromResult(true);
        }
    }
}
