using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Timelines;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>
/// Makes watches of sessions: a snapshot or what changed since a revision, then changes as they are committed. Subscribing
/// comes before reading, so nothing can fall between the two; what comes twice carries its revision and does no harm.
/// </summary>
internal sealed class SessionWatch(
    SessionFeed feed,
    SessionSnapshots snapshots,
    IDbContextFactory<CoordinatorDbContext> contexts,
    IOptions<WatchOptions> options,
    TimeProvider time)
{
    /// <summary>Changed sessions that are read at once.</summary>
    private const int ChunkSize = 500;

    /// <summary>At most ten bursts of changes a second to one watcher; the first one of a quiet time is not delayed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends until the caller goes away or the coordinator stops.</summary>
    /// <param name="afterRevision">What the caller has; 0 for nothing.</param>
    /// <param name="maxEnded">How many ended sessions a snapshot has at most; 0 for all.</param>
    public async Task RunAsync(
        Caller caller, SessionFilter filter, long afterRevision, int maxEnded, Func<WatchMessage, Task> send, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        using SessionSubscription subscription = feed.Subscribe();
        WatchCursor cursor = new(filter, send);
        if (await CanResumeAsync(afterRevision, subscription.StartRevision, cancellationToken))
        {
            cursor.ResumeAt(afterRevision);
            await SendChangesAsync(cursor, cancellationToken);

            // There may be nothing to send, and who has been away wants to hear at once that it is connected again.
            await cursor.SendHeartbeatAsync(time.GetUtcNow());
        }
        else
        {
            await foreach (SnapshotPart part in snapshots.ReadAsync(filter, maxEnded, cancellationToken))
                await cursor.SendAsync(part, subscription.StartRevision);
        }

        while (true)
        {
            if (!await subscription.WaitAsync(options.Value.WatchHeartbeatInterval, cancellationToken))
            {
                await cursor.SendHeartbeatAsync(time.GetUtcNow());
                continue;
            }

            long begun = time.GetTimestamp();
            if (subscription.TryTake(out SessionChange[] changes))
            {
                foreach (SessionChange change in changes)
                    await cursor.SendAsync(change);
            }
            else
            {
                await SendChangesAsync(cursor, cancellationToken);
            }

            // On the dot: readers draw every second burst as it comes.
            TimeSpan left = Pause - time.GetElapsedTime(begun);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, time, cancellationToken);
        }
    }

    /// <summary>Whether all changes since the revision, deletions too, are still known.</summary>
    private async Task<bool> CanResumeAsync(long afterRevision, long newest, CancellationToken cancellationToken)
    {
        if (afterRevision == 0 || afterRevision > newest)
            return false;
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.LedgerStates.AnyAsync(s => s.ForgottenRevision <= afterRevision, cancellationToken);
    }

    private async Task SendChangesAsync(WatchCursor cursor, CancellationToken cancellationToken)
    {
        List<SessionChange> changes;
        do
        {
            await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
            changes = await ReadChangesAsync(db, cursor.Revision, cancellationToken);
            foreach (SessionChange change in changes)
                await cursor.SendAsync(change);
        }
        while (changes.Count >= ChunkSize);
    }

    /// <summary>The next changes after a revision in their order, at least a chunk if there are so many.</summary>
    private static async Task<List<SessionChange>> ReadChangesAsync(CoordinatorDbContext db, long after, CancellationToken cancellationToken)
    {
        List<SessionView> changed = await SessionViews.All(db).Where(v => v.Session.Revision > after)
            .OrderBy(v => v.Session.Revision).Take(ChunkSize).ToListAsync(cancellationToken);
        long upTo = changed.Count < ChunkSize ? long.MaxValue : changed[^1].Session.Revision;
        List<DeletedSession> deleted = await db.DeletedSessions.AsNoTracking()
            .Where(d => d.Revision > after && d.Revision <= upTo).ToListAsync(cancellationToken);
        IEnumerable<SessionChange> changes = changed.Select(v => new SessionChange(v.Session.SessionId, v.Session.Revision, isNew: false, v))
            .Concat(deleted.Select(d => new SessionChange(d.SessionId, d.Revision, isNew: false, view: null)));
        return [.. changes.OrderBy(c => c.Revision)];
    }
}
