using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Sessions;

/// <summary>How many sessions there are; counting a million rows takes too long for every list and every watch.</summary>
internal sealed class SessionCount : ICommitListener
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public async Task LoadAsync(CoordinatorDbContext db, CancellationToken cancellationToken) =>
        Volatile.Write(ref _value, await db.Sessions.LongCountAsync(cancellationToken));

    public void OnCommitted(Committed committed)
    {
        long change = 0;
        foreach (SessionChange session in committed.Sessions)
            change += session.View is null ? -1 : session.IsNew ? 1 : 0;
        if (change != 0)
            Volatile.Write(ref _value, _value + change);
    }
}
