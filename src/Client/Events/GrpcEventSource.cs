using Coordinator.Client.Connection;
using Coordinator.Client.Watches;
using Grpc.Core;

namespace Coordinator.Client.Events;

/// <summary>Events by the coordinator's API.</summary>
public sealed class GrpcEventSource(Proto.SessionService.SessionServiceClient client, TimeProvider time, Random random) : IEventSource
{
    /// <summary>After so long a person wants to be told rather than wait on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const int MaxHits = 10_000;

    public async Task<Proto.ListSessionEventsResponse> ListAsync(string sessionId, long afterSequence, int count, CancellationToken cancellationToken) =>
        await client.ListSessionEventsAsync(
            new() { SessionId = sessionId, AfterSequence = afterSequence, PageSize = count }, deadline: Deadline(), cancellationToken: cancellationToken);

    public async Task<Proto.SearchSessionEventsResponse> SearchAsync(string sessionId, string text, long afterSequence, CancellationToken cancellationToken) =>
        await client.SearchSessionEventsAsync(
            new() { SessionId = sessionId, Text = text, AfterSequence = afterSequence, MaxResults = MaxHits },
            deadline: Deadline(), cancellationToken: cancellationToken);

    public Task FollowAsync(
        string sessionId,
        EventFollow follow,
        Func<Proto.WatchSessionEventsResponse, ValueTask> received,
        Action<ConnectionState> changed,
        CancellationToken cancellationToken)
    {
        long position = follow.AfterSequence;
        return new WatchLoop(time, random).RunAsync(Open, TakeAsync, changed, cancellationToken);

        AsyncServerStreamingCall<Proto.WatchSessionEventsResponse> Open(CancellationToken attempt) => client.WatchSessionEvents(
            new()
            {
                SessionId = sessionId,
                AfterSequence = position,
                Follow = true,
                Tail = follow.Tail,
                OmitOutput = follow.OmitOutput,
            },
            cancellationToken: attempt);

        async ValueTask TakeAsync(Proto.WatchSessionEventsResponse message)
        {
            await received(message);
            position = Math.Max(position, message.Position());
        }
    }

    private DateTime Deadline() => (time.GetUtcNow() + Patience).UtcDateTime;
}
