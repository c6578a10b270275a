using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>
/// Reads a session's timeline in order and, on wish, follows it. The reader's position is all that is remembered of it:
/// a slow one simply reads later.
/// </summary>
internal sealed class SessionTimeline(
    IDbContextFactory<CoordinatorDbContext> contexts,
    SessionEventSignals signals,
    IOptions<CoordinatorOptions> options,
    TimeProvider time)
{
    /// <summary>Chunks read at once; a chunk is at most one report of a runner, some 256 KiB.</summary>
    private const int ChunksAtOnce = 8;

    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task RunAsync(string sessionId, long after, bool follow, Func<Proto.WatchSessionEventsResponse, Task> send, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(sessionId, cancellationToken))
            throw CoordinatorException.SessionNotFound(sessionId);
        long from = await ChunkWithAsync(sessionId, after + 1, cancellationToken);
        while (true)
        {
            Task next = signals.Next(sessionId);
            List<EventChunk> chunks = await ReadAsync(sessionId, from, cancellationToken);
            foreach (EventChunk chunk in chunks)
            {
                Proto.WatchSessionEventsResponse events = Proto.WatchSessionEventsResponse.Parser.ParseFrom(chunk.Payload);
                while (events.Events.Count > 0 && events.Events[0].Sequence <= after)
                    events.Events.RemoveAt(0);
                if (events.Events.Count > 0)
                    await send(events);
                from = chunk.FirstSequence + chunk.Count;
            }

            after = Math.Max(after, from - 1);
            if (chunks.Count > 0)
                continue;
            if (!follow || !await ExistsAsync(sessionId, cancellationToken))
                return;
            if (!await CompletesWithinAsync(next, cancellationToken))
                await send(new Proto.WatchSessionEventsResponse());
        }
    }

    private async Task<bool> ExistsAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Sessions.AnyAsync(s => s.SessionId == sessionId, cancellationToken);
    }

    /// <summary>The beginning of the chunk that has the sequence, or will have it.</summary>
    private async Task<long> ChunkWithAsync(string sessionId, long sequence, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.EventChunks.Where(c => c.SessionId == sessionId && c.FirstSequence <= sequence)
            .MaxAsync(c => (long?)c.FirstSequence, cancellationToken) ?? 0;
    }

    private async Task<List<EventChunk>> ReadAsync(string sessionId, long from, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.EventChunks.AsNoTracking().Where(c => c.SessionId == sessionId && c.FirstSequence >= from)
            .OrderBy(c => c.FirstSequence).Take(ChunksAtOnce).ToListAsync(cancellationToken);
    }

    private async Task<bool> CompletesWithinAsync(Task next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(options.Value.WatchHeartbeatInterval, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
