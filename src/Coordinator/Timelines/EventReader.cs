using System.Runtime.CompilerServices;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Timelines;

/// <summary>
/// Reads sessions' events in bounded pieces. Nothing of the database is held while a piece is used: a transaction that
/// waits for a slow caller would keep the write-ahead log from being cleared.
/// </summary>
internal sealed class EventReader(IDbContextFactory<CoordinatorDbContext> contexts)
{
    /// <summary>A piece ends with the chunk that reaches this: a few large chunks, or very many small ones.</summary>
    private const int PieceBytes = 1024 * 1024;

    private const int PieceChunks = 1_000;

    /// <summary>The sequence of a session's newest event; null if there is no such session.</summary>
    public async Task<long?> FindNewestAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Sessions.Where(s => s.SessionId == sessionId).Select(s => (long?)s.LastEventSequence).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The chunks that have events after one sequence and up to another, in order. The first may begin before.</summary>
    /// <param name="upTo">A sequence at which a chunk ends, as the newest at any time is; or one that is never reached.</param>
    public async IAsyncEnumerable<EventChunk> ReadAsync(string sessionId, long after, long upTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < upTo)
        {
            List<EventChunk> piece = await ReadPieceAsync(sessionId, after, upTo, cancellationToken);
            if (piece.Count == 0)
                yield break;
            foreach (EventChunk chunk in piece)
                yield return chunk;
            after = piece[^1].LastSequence;
        }
    }

    private async Task<List<EventChunk>> ReadPieceAsync(string sessionId, long after, long upTo, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        // From the chunk on that has the sequence itself: it may go on after it.
        IQueryable<EventChunk> chunks = db.EventChunks.AsNoTracking()
            .Where(c => c.SessionId == sessionId && c.FirstSequence <= upTo && c.FirstSequence + c.Count - 1 > after
                && c.FirstSequence >= (db.EventChunks.Where(b => b.SessionId == sessionId && b.FirstSequence <= after).Max(b => (long?)b.FirstSequence) ?? 0))
            .OrderBy(c => c.FirstSequence).Take(PieceChunks);
        List<EventChunk> piece = [];
        int bytes = 0;
        // Rows are read one by one, so that breaking off leaves the others unread.
        await foreach (EventChunk chunk in chunks.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            piece.Add(chunk);
            bytes += chunk.Payload.Length;
            if (bytes >= PieceBytes)
                break;
        }

        return piece;
    }
}
