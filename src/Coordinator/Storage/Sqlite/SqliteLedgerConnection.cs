using Coordinator.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace Coordinator.Storage.Sqlite;

/// <summary>
/// The connection of the one who writes, with what every commit reads and writes prepared. After anything went wrong on it, it is not to
/// be used again.
/// </summary>
internal sealed class SqliteLedgerConnection : IAsyncDisposable
{
    private const string ById = "WHERE \"SessionId\" = ?";

    private const string OnRunner = $"""
        WHERE "RunnerId" = ? AND "Status" IN ('{nameof(RunStatus.Claimed)}', '{nameof(RunStatus.Running)}', '{nameof(RunStatus.Stopping)}')
        """;

    private const string BelowIt = """
        WHERE "SessionId" IN (
            WITH RECURSIVE "Below"("Id") AS (
                SELECT "SessionId" FROM "Sessions" WHERE "ParentSessionId" = ?
                UNION
                SELECT s."SessionId" FROM "Below" b JOIN "Sessions" s ON s."ParentSessionId" = b."Id")
            SELECT "Id" FROM "Below")
        """;

    private const string AboveIt = """
        WHERE "SessionId" IN (
            WITH RECURSIVE "Above"("Id") AS (
                VALUES (?)
                UNION
                SELECT s."ParentSessionId" FROM "Above" a JOIN "Sessions" s ON s."SessionId" = a."Id" WHERE s."ParentSessionId" <> '')
            SELECT "Id" FROM "Above")
        """;

    private readonly CoordinatorDbContext _db;
    private readonly sqlite3 _handle;
    private readonly List<IDisposable> _prepared = [];
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly SqliteTable<Session> _sessions;
    private readonly SqliteTable<SessionLabel> _labels;
    private readonly SqliteTable<DeletedSession> _deleted;
    private readonly SqliteTable<Run> _runs;
    private readonly SqliteTable<RunText> _texts;
    private readonly SqliteTable<RegisteredRunner> _runners;
    private readonly SqliteTable<EventChunk> _events;
    private readonly SqliteTable<AuditEntry> _audit;
    private readonly SqliteTable<LedgerState> _state;

    private SqliteLedgerConnection(CoordinatorDbContext db, SqliteMaps maps)
    {
        _db = db;
        _handle = ((SqliteConnection)db.Database.GetDbConnection()).Handle!;
        _sessions = Table(maps.Sessions);
        _labels = Table(maps.Labels);
        _deleted = Table(maps.Deleted);
        _runs = Table(maps.Runs);
        _texts = Table(maps.Texts);
        _runners = Table(maps.Runners);
        _events = Table(maps.Events);
        _audit = Table(maps.Audit);
        _state = Table(maps.State);
    }

    public sqlite3 Handle => _handle;

    public static async Task<SqliteLedgerConnection> OpenAsync(CoordinatorDbContext db, SqliteMaps maps)
    {
        try
        {
            await SqliteSetup.OpenForWritingAsync(db);
            return new SqliteLedgerConnection(db, maps);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    public void Begin() => Do("BEGIN IMMEDIATE");

    public void BeginToRead() => Do("BEGIN");

    public void Commit() => Do("COMMIT");

    /// <summary>Takes back what was begun; nothing, if nothing was.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
            Do("ROLLBACK");
    }

    /// <summary>Has it closed for good when it is disposed of.</summary>
    public void Discard() => SqliteConnection.ClearPool((SqliteConnection)_db.Database.GetDbConnection());

    public void Read(LedgerKey key, LedgerRead read)
    {
        switch (key.Kind)
        {
            case LedgerKeyKind.Session:
                ReadSessions(read, ById, key.Value);
                break;
            case LedgerKeyKind.Run:
                ReadRuns(read, "WHERE \"RunId\" = ?", key.Value);
                break;
            case LedgerKeyKind.Text:
                read.Texts.AddRange(_texts.Where("WHERE \"RunId\" = ?", key.Value));
                break;
            case LedgerKeyKind.Runner:
                read.Runners.AddRange(_runners.Where("WHERE \"RunnerId\" = ?", key.Value));
                break;
            case LedgerKeyKind.RunsOn:
                read.Runs.AddRange(_runs.Where(OnRunner, key.Value));
                break;
            case LedgerKeyKind.Request:
                ReadRuns(read, "WHERE \"RequestId\" = ?", key.Value);
                break;
            case LedgerKeyKind.Descendants:
                ReadSessions(read, BelowIt, key.Value);
                break;
            case LedgerKeyKind.Lineage:
                ReadSessions(read, AboveIt, key.Value);
                break;
            case LedgerKeyKind.ConnectedTo:
                // Rows from before that was kept name no coordinator; there was only one.
                read.Runners.AddRange(_runners.Where("WHERE \"DisconnectTime\" IS NULL AND \"CoordinatorId\" IN (?, '')", key.Value));
                break;
            case LedgerKeyKind.State:
                read.State = _state.Where("WHERE \"Id\" = ?", $"{LedgerState.TheOne}").Single();
                break;
        }
    }

    /// <summary>Writes what a commit changes, uncommitted.</summary>
    /// <returns>The first revision that it gave; null if something that the writes rest on has changed.</returns>
    public long? Write(LedgerWrites writes)
    {
        long first = writes.Revisions > 0 ? NewestRevision() + 1 : 0;
        writes.Number(first);
        if (!writes.Guards.Concat(writes.DeletedSessions).Concat(writes.DeletedRunners).All(Holds))
            return null;
        // What goes may come back in the same commit.
        long revision = first + writes.Changed.Count;
        foreach (RowGuard session in writes.DeletedSessions)
            Delete(session.Id, revision++);
        foreach (RowGuard runner in writes.DeletedRunners)
            Do("DELETE FROM \"Runners\" WHERE \"RunnerId\" = ?", runner.Id);
        if (!TryWriteRows(writes))
            return null;
        foreach (RunText text in writes.Texts)
            _texts.Insert(text);
        foreach ((string runId, string result) in writes.Results)
            Do("UPDATE \"RunTexts\" SET \"Result\" = ? WHERE \"RunId\" = ?", result, runId);
        foreach (EventChunk chunk in writes.Events)
            _events.Insert(chunk);
        foreach (AuditEntry entry in writes.Audit)
            _audit.Insert(entry);
        if (writes.ForgottenRevision > 0)
            Do("DELETE FROM \"DeletedSessions\" WHERE \"Revision\" <= ?", $"{writes.ForgottenRevision}");
        return writes.State is null || TryWrite(_state, new RowWrite<LedgerState>(writes.State, RowWriteKind.Change)) ? first : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable prepared in _prepared)
            prepared.Dispose();
        await _db.DisposeAsync();
    }

    private bool TryWriteRows(LedgerWrites writes)
    {
        foreach (RowWrite<Session> write in writes.Sessions)
        {
            if (!TryWrite(_sessions, write))
                return false;
            if (write.Kind != RowWriteKind.Insert)
                continue;
            foreach ((string key, string value) in write.Entity.Labels)
                _labels.Insert(new SessionLabel { SessionId = write.Entity.SessionId, Key = key, Value = value });
        }

        return writes.Runs.All(write => TryWrite(_runs, write)) && writes.Runners.All(write => TryWrite(_runners, write));
    }

    private static bool TryWrite<T>(SqliteTable<T> table, RowWrite<T> write)
        where T : class, IVersioned
    {
        switch (write.Kind)
        {
            case RowWriteKind.Insert:
                table.Insert(write.Entity);
                return true;
            case RowWriteKind.Count:
                return table.Count(write.Entity);
            default:
                write.Entity.Version++;
                return table.Change(write.Entity, andCount: write.Kind == RowWriteKind.ChangeAndCount);
        }
    }

    private void ReadSessions(LedgerRead read, string condition, string parameter)
    {
        foreach (Session session in _sessions.Where(condition, parameter))
        {
            read.Sessions.Add(session);
            if (session.RunId.Length > 0)
                read.Runs.AddRange(_runs.Where("WHERE \"RunId\" = ?", session.RunId));
        }
    }

    private void ReadRuns(LedgerRead read, string condition, string parameter)
    {
        foreach (Run run in _runs.Where(condition, parameter))
        {
            read.Runs.Add(run);
            read.Sessions.AddRange(_sessions.Where(ById, run.SessionId));
        }
    }

    private bool Holds(RowGuard guard)
    {
        SqliteStatement look = Statement(guard.Kind switch
        {
            RowGuardKind.Session => "SELECT \"Version\" FROM \"Sessions\" WHERE \"SessionId\" = ?",
            RowGuardKind.Run => "SELECT \"Version\" FROM \"Runs\" WHERE \"RunId\" = ?",
            _ => "SELECT \"Version\" FROM \"Runners\" WHERE \"RunnerId\" = ?",
        });
        look.Write(guard.Id);
        bool holds = look.Next() && look.Integer(0) == guard.Version;
        look.End();
        return holds;
    }

    private void Delete(string sessionId, long revision)
    {
        Do("DELETE FROM \"EventChunks\" WHERE \"SessionId\" = ?", sessionId);
        Do("DELETE FROM \"SessionLabels\" WHERE \"SessionId\" = ?", sessionId);
        Do("DELETE FROM \"RunTexts\" WHERE \"RunId\" IN (SELECT \"RunId\" FROM \"Runs\" WHERE \"SessionId\" = ?)", sessionId);
        Do("DELETE FROM \"Runs\" WHERE \"SessionId\" = ?", sessionId);
        Do("DELETE FROM \"Sessions\" WHERE \"SessionId\" = ?", sessionId);
        _deleted.Insert(new DeletedSession { SessionId = sessionId, Revision = revision });
    }

    /// <summary>The newest revision that was given to a session, or to its deletion; three looks at the ends of indexes.</summary>
    private long NewestRevision()
    {
        SqliteStatement newest = Statement("""
            SELECT MAX(
                IFNULL((SELECT MAX("Revision") FROM "Sessions"), 0),
                IFNULL((SELECT MAX("Revision") FROM "DeletedSessions"), 0),
                (SELECT "ForgottenRevision" FROM "LedgerState"))
            """);
        newest.Next();
        long revision = newest.Integer(0);
        newest.End();
        return revision;
    }

    private void Do(string sql, params ReadOnlySpan<string> parameters)
    {
        SqliteStatement statement = Statement(sql);
        foreach (string parameter in parameters)
            statement.Write(parameter);
        statement.Run();
    }

    private SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out SqliteStatement? statement))
        {
            _statements.Add(sql, statement = new SqliteStatement(_handle, sql));
            _prepared.Add(statement);
        }

        return statement;
    }

    private SqliteTable<T> Table<T>(Rows.RowMap<T> map)
        where T : class
    {
        SqliteTable<T> table = new(_handle, map);
        _prepared.Add(table);
        return table;
    }
}
