using Coordinator.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage.Sqlite;

/// <summary>The ledger's store in the coordinator's own process: one connection that stays open, and nobody else who writes.</summary>
internal sealed class SqliteLedgerStore(IDbContextFactory<CoordinatorDbContext> contexts, LogCheckpoints checkpoints, TimeProvider time) : ILedgerStore
{
    private const int PrimaryKey = 1555, Unique = 2067;

    private const int Busy = 5, ReadOnly = 8, InputOutput = 10, Full = 13, CannotOpen = 14;

    private SqliteMaps? _maps;

    /// <summary>Null before the first call, and after one that failed.</summary>
    private SqliteLedgerConnection? _connection;

    private bool _isRehearsal;

    public async ValueTask<LedgerRead> ReadAsync(IReadOnlyCollection<LedgerKey> keys)
    {
        SqliteLedgerConnection connection = _connection ??= await OpenAsync();
        LedgerRead read = new() { Time = time.GetUtcNow() };
        bool isOneMoment = keys.Count > 1 && !_isRehearsal;
        try
        {
            if (isOneMoment)
                connection.BeginToRead();
            foreach (LedgerKey key in keys)
                connection.Read(key, read);
            if (isOneMoment)
                connection.Commit();
            return read;
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    public async ValueTask<long?> CommitAsync(LedgerWrites writes)
    {
        SqliteLedgerConnection connection = _connection ??= await OpenAsync();
        if (_isRehearsal)
            return connection.Write(writes);
        try
        {
            connection.Begin();
            long? first = connection.Write(writes);
            if (first is null)
            {
                connection.Rollback();
                return null;
            }

            connection.Commit();
            return first;
        }
        catch (SqliteException problem) when (problem.SqliteExtendedErrorCode is PrimaryKey or Unique)
        {
            await AbandonAsync();
            return null;
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <summary>A commit that failed was not made: it is SQLite in this process that said so.</summary>
    public ValueTask<long?> SettleAsync(LedgerWrites writes) => ValueTask.FromResult<long?>(null);

    public async ValueTask RehearseAsync(Func<ValueTask> play)
    {
        SqliteLedgerConnection connection = _connection ??= await OpenAsync();
        _isRehearsal = true;
        try
        {
            connection.Begin();
            await play();
            connection.Rollback();
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
        finally
        {
            _isRehearsal = false;
        }
    }

    public void Tidy()
    {
        if (_connection is { } connection)
            checkpoints.AfterCommit(connection.Handle);
    }

    public Exception Translate(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is CoordinatorException)
                return cause;
            if (cause is SqliteException sqlite)
                return Translate(sqlite);
        }

        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    private async Task<SqliteLedgerConnection> OpenAsync()
    {
        CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        _maps ??= new SqliteMaps(db);
        return await SqliteLedgerConnection.OpenAsync(db, _maps);
    }

    /// <summary>Whatever the connection is in the middle of: the next call has a new one.</summary>
    private async ValueTask AbandonAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        try
        {
            connection.Rollback();
        }
        catch (SqliteException)
        {
            // It is taken back with the connection, which nobody may have from a pool.
            connection.Discard();
        }

        await connection.DisposeAsync();
    }

    private static Exception Translate(SqliteException problem) => problem.SqliteErrorCode switch
    {
        Full => StorageErrors.DiskFull(problem),
        Busy or ReadOnly or InputOutput or CannotOpen => StorageErrors.Unavailable(problem),
        _ => problem,
    };
}
