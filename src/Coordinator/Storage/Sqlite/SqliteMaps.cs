using Coordinator.Model;
using Coordinator.Storage.Rows;

namespace Coordinator.Storage.Sqlite;

/// <summary>The tables that the ledger reads and writes, as the model says; made once, for all connections.</summary>
internal sealed class SqliteMaps(CoordinatorDbContext db)
{
    public RowMap<Session> Sessions { get; } = RowMap<Session>.Of(db);

    public RowMap<SessionLabel> Labels { get; } = RowMap<SessionLabel>.Of(db);

    public RowMap<DeletedSession> Deleted { get; } = RowMap<DeletedSession>.Of(db);

    public RowMap<Run> Runs { get; } = RowMap<Run>.Of(db);

    public RowMap<RunText> Texts { get; } = RowMap<RunText>.Of(db);

    public RowMap<RegisteredRunner> Runners { get; } = RowMap<RegisteredRunner>.Of(db);

    public RowMap<EventChunk> Events { get; } = RowMap<EventChunk>.Of(db);

    public RowMap<AuditEntry> Audit { get; } = RowMap<AuditEntry>.Of(db);

    public RowMap<LedgerState> State { get; } = RowMap<LedgerState>.Of(db);
}
