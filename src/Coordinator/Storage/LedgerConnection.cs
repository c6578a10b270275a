using Coordinator.Model;
using Coordinator.Storage.Rows;
using Coordinator.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// A connection that stays open from batch to batch, with what every batch reads and writes prepared. Used by one at a time; after
/// anything went wrong on it, it is not to be used again.
/// </summary>
internal sealed class LedgerConnection : IAsyncDisposable
{
    private LedgerConnection(CoordinatorDbContext db)
    {
        Db = db;
        Sessions = Store<Session>();
        Labels = Store<SessionLabel>();
        Events = Store<EventChunk>();
        Runs = Store<Run>();
        Texts = Store<RunText>();
        Runners = Store<RegisteredRunner>();
        State = Store<LedgerState>();
        Audit = Store<AuditEntry>();
    }

    public CoordinatorDbContext Db { get; }

    public RowStore<Session> Sessions { get; }

    public RowStore<SessionLabel> Labels { get; }

    public RowStore<EventChunk> Events { get; }

    public RowStore<Run> Runs { get; }

    public RowStore<RunText> Texts { get; }

    public RowStore<RegisteredRunner> Runners { get; }

    public RowStore<LedgerState> State { get; }

    public RowStore<AuditEntry> Audit { get; }

    public static async Task<LedgerConnection> OpenAsync(IDbContextFactory<CoordinatorDbContext> contexts)
    {
        CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        try
        {
            // Nobody goes back to the middle of a transaction: one that fails is taken back as a whole.
            db.Database.AutoSavepointsEnabled = false;
            await SqliteSetup.OpenForWritingAsync(db);
            return new LedgerConnection(db);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable store in (IDisposable[])[Sessions, Labels, Events, Runs, Texts, Runners, State, Audit])
            store.Dispose();
        await Db.DisposeAsync();
    }

    private RowStore<T> Store<T>()
        where T : class => new(Db, RowTable.Of(Db, typeof(T)));
}
