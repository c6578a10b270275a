using Coordinator.Hosting;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>
/// Makes watches of sessions: a snapshot or what changed since a revision, then news as they are committed. Subscribing
/// comes before reading, so nothing can fall between the two; what comes twice carries its revision and does no harm.
/// </summary>
internal sealed class SessionWatch(
    SessionFeed feed,
    SessionSnapshots snapshots,
    IDbContextFactory<CoordinatorDbContext> contexts,
    IOptions<CoordinatorOptions> options,
    TimeProvider time)
{
    /// <summary>Changed sessions that are read at once.</summary>
    private const int ChunkSize = 500;

    /// <summary>At most ten bursts of news a second to one watcher; the first one of a quiet time is not delayed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends until the caller goes away or the coordinator stops.</summary>
    /// <param name="request">Checked.</param>
    public async Task RunAsync(
        SessionFilter filter, Proto.WatchSessionsRequest request, Func<Proto.WatchSessionsResponse, Task> send, CancellationToken cancellationToken)
    {
        using SessionSubscription subscription = feed.Subscribe();
        WatchCursor cursor = new(filter, send);
        if (await CanResumeAsync(request.AfterRevision, subscription.StartRevision, cancellationToken))
        {
            cursor.ResumeAt(request.AfterRevision);
            await SendChangesAsync(cursor, cancellationToken);

            // There may be nothing to send, and who has been away wants to hear at once that it is connected again.
            await cursor.SendHeartbeatAsync(time.GetUtcNow().ToProto());
        }
        else
        {
            await foreach (SnapshotPart part in snapshots.ReadAsync(filter, request.MaxEndedSessions, cancellationToken))
                await cursor.SendAsync(part, subscription.StartRevision);
        }

        while (true)
        {
            if (!await subscription.WaitAsync(options.Value.WatchHeartbeatInterval, cancellationToken))
            {
                await cursor.SendHeartbeatAsync(time.GetUtcNow().ToProto());
                continue;
            }

            long begun = time.GetTimestamp();
            if (subscription.TryTake(out SessionNews[] news))
            {
                foreach (SessionNews item in news)
                    await cursor.SendAsync(item);
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
        List<SessionNews> changes;
        do
        {
            await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
            changes = await ReadChangesAsync(db, cursor.Revision, cancellationToken);
            foreach (SessionNews change in changes)
                await cursor.SendAsync(change);
        }
        while (changes.Count >= ChunkSize);
    }

    /// <summary>The next changes after a revision in their order, at least a chunk if there are so many.</summary>
    private static async Task<List<SessionNews>> ReadChangesAsync(CoordinatorDbContext db, long after, CancellationToken cancellationToken)
    {
        List<SessionView> changed = await SessionView.All(db).Where(v => v.Session.Revision > after)
            .OrderBy(v => v.Session.Revision).Take(ChunkSize).ToListAsync(cancellationToken);
        long upTo = changed.Count < ChunkSize ? long.MaxValue : changed[^1].Session.Revision;
        List<DeletedSession> deleted = await db.DeletedSessions.AsNoTracking()
            .Where(d => d.Revision > after && d.Revision <= upTo).ToListAsync(cancellationToken);
        IEnumerable<SessionNews> news = changed.Select(v => new SessionNews(v.Session.SessionId, v.Session.Revision, IsNew: false, v.ToProto()))
            .Concat(deleted.Select(d => new SessionNews(d.SessionId, d.Revision, IsNew: false, Session: null)));
        return [.. news.OrderBy(n => n.Revision)];
    }
}
