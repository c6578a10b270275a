using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.Extensions.Options;

namespace Coordinator.Timelines;

/// <summary>
/// Reads a session's timeline in order and follows it, if that is asked for. The reader's position is all that is remembered of it:
/// a slow one simply reads later.
/// </summary>
internal sealed class SessionTimeline(EventReader events, SessionEventSignals signals, IOptions<WatchOptions> options, TimeProvider time)
{
    /// <summary>What is left out is counted by readers, so they are told that it happened, but not with each line.</summary>
    private static readonly TimeSpan LongestUntold = TimeSpan.FromSeconds(1);

    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task RunAsync(Caller caller, TimelineRequest request, Func<TimelineBatch, Task> send, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        string sessionId = request.SessionId;
        long newest = await events.FindNewestAsync(sessionId, cancellationToken) ?? throw CoordinatorException.SessionNotFound(sessionId);
        long after = request.Tail == 0 ? request.AfterSequence : Math.Max(request.AfterSequence, newest - request.Tail);
        TimelineCursor cursor = new(after, request.OmitOutput, send, time);
        for (bool caughtUp = false; ; caughtUp = true)
        {
            Task next = signals.Next(sessionId);
            await foreach (EventChunk chunk in events.ReadAsync(sessionId, cursor.Sequence, long.MaxValue, cancellationToken))
                await cursor.SendAsync(chunk);

            bool over = !request.Follow || await events.FindNewestAsync(sessionId, cancellationToken) is null;
            if (over || !caughtUp)
                await cursor.SendPositionAsync();
            if (over)
                return;
            TimeSpan longest = options.Value.WatchHeartbeatInterval;
            if (!cursor.IsTold && longest > LongestUntold)
                longest = LongestUntold;
            if (!await CompletesWithinAsync(next, longest - cursor.Silence, cancellationToken))
                await cursor.SendSignOfLifeAsync();
        }
    }

    /// <returns>False as well if there is no time left, whatever has happened.</returns>
    private async Task<bool> CompletesWithinAsync(Task next, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
            return false;
        try
        {
            await next.WaitAsync(atMost, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
