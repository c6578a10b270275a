using Coordinator.Audit;
using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// A connection that stays open from batch to batch, with what every batch writes prepared. Used by one at a time; after
/// anything went wrong on it, it is not to be used again.
/// </summary>
internal sealed class LedgerConnection : IAsyncDisposable
{
    private LedgerConnection(CoordinatorDbContext db)
    {
        Db = db;
        Sessions = Writer<Session>();
        Labels = Writer<SessionLabel>();
        Events = Writer<EventChunk>();
        Runs = Writer<Run>();
        Texts = Writer<RunText>();
        Runners = Writer<RegisteredRunner>();
        State = Writer<LedgerState>();
        Audit = Writer<AuditEntry>();
    }

    public CoordinatorDbContext Db { get; }

    public RowWriter<Session> Sessions { get; }

    public RowWriter<SessionLabel> Labels { get; }

    public RowWriter<EventChunk> Events { get; }

    public RowWriter<Run> Runs { get; }

    public RowWriter<RunText> Texts { get; }

    public RowWriter<RegisteredRunner> Runners { get; }

    public RowWriter<LedgerState> State { get; }

    public RowWriter<AuditEntry> Audit { get; }

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
        foreach (IDisposable writer in (IDisposable[])[Sessions, Labels, Events, Runs, Texts, Runners, State, Audit])
            writer.Dispose();
        await Db.DisposeAsync();
    }

    private RowWriter<T> Writer<T>()
        where T : class => new(Db, new RowTable(Db, typeof(T)));
}
