using System.Runtime.CompilerServices;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>
/// Reads snapshots part by part, newest first. Down to the last ended session that is wanted every session is read in its
/// turn, below it only those that have not ended: what is left out is never read, however much it is.
/// </summary>
internal sealed class SessionSnapshots(IDbContextFactory<CoordinatorDbContext> contexts, SessionCount all)
{
    /// <summary>About what a screen shows, so that it does not wait for the rest.</summary>
    public const int FirstPartSize = 100;

    /// <summary>A few hundred kilobytes, well below a message's limit of 4 MiB.</summary>
    public const int PartSize = 500;

    /// <param name="maxEnded">How many ended sessions the snapshot has at most; 0 for all.</param>
    public async IAsyncEnumerable<SnapshotPart> ReadAsync(SessionFilter filter, int maxEnded, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string before = "", oldestEnded = "";
        int ended = 0;
        bool first = true, full = false, complete;
        do
        {
            int size = first ? FirstPartSize : PartSize;
            List<SessionView> read = await ReadAsync(filter, before, size, full, cancellationToken);
            List<SessionView> part = new(read.Count);
            foreach (SessionView view in read)
            {
                bool isActive = view.Session.Status.IsActive();
                if (!isActive && full)
                    continue;
                part.Add(view);
                if (isActive)
                    continue;
                oldestEnded = view.Session.SessionId;
                full = ++ended == maxEnded;
            }

            complete = read.Count < size;
            if (!complete)
                before = read[^1].Session.SessionId;
            long omitted = complete && full ? await CountOmittedAsync(filter, ended, oldestEnded, cancellationToken) : 0;
            yield return new SnapshotPart(part, first, complete, omitted);
            first = false;
        }
        while (!complete);
    }

    private async Task<List<SessionView>> ReadAsync(SessionFilter filter, string before, int count, bool onlyActive, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await filter.Newest(db, before, count, onlyActive ? SessionStatuses.Active : null).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Without a filter the ended ones are all but the active ones: the first number is known, and the second is
    /// counted in an index and small. With a filter there is nothing for it but to count, once for each watch, as a list
    /// does for its total.
    /// </summary>
    private async Task<long> CountOmittedAsync(SessionFilter filter, int shown, string oldestShown, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!filter.IsAll)
        {
            return await filter.Apply(db)
                .Where(s => SessionStatuses.Ended.Contains(s.Status) && string.Compare(s.SessionId, oldestShown) < 0)
                .LongCountAsync(cancellationToken);
        }

        long ended = all.Value - await db.Sessions.LongCountAsync(s => SessionStatuses.Active.Contains(s.Status), cancellationToken);
        // Some of those that were shown may have been resumed or deleted since.
        return Math.Max(0, ended - shown);
    }
}
