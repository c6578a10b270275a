using Coordinator.Client.Connection;
using Grpc.Core;

namespace Coordinator.Client.Events;

/// <summary>Where the events of sessions come from.</summary>
public interface IEventSource
{
    /// <param name="afterSequence">The events after this one, in order.</param>
    /// <param name="count">How many at most, 1 to 1,000. Fewer may come although there are more.</param>
    /// <exception cref="RpcException">The coordinator refused or could not be reached.</exception>
    Task<Proto.ListSessionEventsResponse> ListAsync(string sessionId, long afterSequence, int count, CancellationToken cancellationToken);

    /// <param name="text">What events contain, at most 200 characters.</param>
    /// <param name="afterSequence">Only events after this one.</param>
    /// <exception cref="RpcException">The coordinator refused or could not be reached.</exception>
    Task<Proto.SearchSessionEventsResponse> SearchAsync(string sessionId, string text, long afterSequence, CancellationToken cancellationToken);

    /// <summary>Follows a session until it is cancelled. A lost stream is opened again for ever, where it ended.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="follow">Where to begin, and what to leave out.</param>
    /// <param name="received">Takes each message.</param>
    /// <param name="changed">Told whether the stream is live, whenever that changes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RpcException">The session cannot be followed, for example because it was deleted.</exception>
    Task FollowAsync(
        string sessionId,
        EventFollow follow,
        Func<Proto.WatchSessionEventsResponse, ValueTask> received,
        Action<ConnectionState> changed,
        CancellationToken cancellationToken);
}
