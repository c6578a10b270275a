using System.Data.Common;
using Coordinator.Privacy;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Storage.Sqlite;

/// <summary>
/// Makes the database ready before anything reads it: takes the data directory for this process alone, migrates, and checks
/// that a commit will be on disk when it returns. Whatever is in the way is said in one sentence.
/// </summary>
internal sealed partial class DatabaseStartup(
    IOptions<StorageOptions> options,
    IDbContextFactory<CoordinatorDbContext> contexts,
    ILogger<DatabaseStartup> logger) : IHostedService, IDisposable
{
    private const int Corrupt = 11, NotADatabase = 26;

    private DataDirectoryLock? _lock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string directory = Path.GetFullPath(options.Value.DataDirectory);
        string file = SqliteSetup.FilePath(options.Value);
        try
        {
            CreateForOwnerAlone(directory);
            _lock = DataDirectoryLock.Take(directory);
            await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
            await MigrateAsync(db, file, cancellationToken);
            await RequireDurabilityAsync(db, file, cancellationToken);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The data directory {directory} cannot be written ({problem.Message.TrimEnd('.')}). Put that right, or choose another "
                + "with --Coordinator:DataDirectory=<directory>.", StartException.Environment, problem);
        }
        catch (SqliteException problem)
        {
            throw new StartException(problem.SqliteErrorCode is Corrupt or NotADatabase
                ? $"The database {file} is damaged ({problem.Message}). Put a backup in its place, or move it away to begin with an empty one."
                : $"The database {file} cannot be opened ({problem.Message}).", StartException.Environment, problem);
        }
    }

    /// <summary>The lock outlives this: the ledger may still be committing when hosted services are told to stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _lock?.Dispose();

    /// <summary>Prompts and output are in it, which are nobody else's business.</summary>
    private static void CreateForOwnerAlone(string directory)
    {
        PrivateDirectory.Create(directory);
        if (PrivateDirectory.IsOpenToOthers(directory))
        {
            throw new StartException(
                $"Other users of this machine may enter the data directory {directory}, in which prompts and output are kept. Close it "
                + $"with `chmod 700 {directory}`, or choose another one with --Coordinator:DataDirectory=<directory>.",
                StartException.Environment);
        }
    }

    private async Task MigrateAsync(CoordinatorDbContext db, string file, CancellationToken cancellationToken)
    {
        string[] known = [.. db.Database.GetMigrations()];
        string[] applied = [.. await db.Database.GetAppliedMigrationsAsync(cancellationToken)];
        if (applied.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new StartException(
                $"The database {file} was written by a newer coordinator (it has the migration {unknown}). Start that version, or "
                + "choose another directory with --Coordinator:DataDirectory=<directory>.", StartException.Environment);
        }

        string[] pending = [.. known.Except(applied)];
        if (pending.Length == 0)
            return;
        await RemoveOrphanedMigrationLockAsync(db, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        LogMigrated(file, pending.Length, pending[^1]);
    }

    /// <summary>
    /// EF Core marks a migration in progress with a row, and a process that is killed meanwhile leaves it behind: every later
    /// start would wait for it without end. The lock on the directory proves that nobody else is migrating.
    /// </summary>
    private async Task RemoveOrphanedMigrationLockAsync(CoordinatorDbContext db, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(db, "SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsLock'", cancellationToken) is not > 0L)
            return;
        if (await db.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsLock\"", cancellationToken) > 0)
            LogOrphanedLock();
    }

    /// <summary>What was acknowledged must survive a power failure: write-ahead log, and every commit flushed to the disk.</summary>
    private static async Task RequireDurabilityAsync(CoordinatorDbContext db, string file, CancellationToken cancellationToken)
    {
        const long full = 2;
        object? journal = await ScalarAsync(db, "PRAGMA journal_mode = WAL", cancellationToken);
        if (journal is not "wal")
        {
            throw new StartException(
                $"The database {file} cannot keep a write-ahead log (its journal mode stays '{journal}'). Its file system is not "
                + "suitable; choose a directory on a local disk with --Coordinator:DataDirectory=<directory>.", StartException.Environment);
        }

        object? synchronous = await ScalarAsync(db, "PRAGMA synchronous", cancellationToken);
        if (synchronous is not full)
            throw new StartException($"The database {file} would not flush commits to the disk (synchronous is {synchronous}, not {full}).", StartException.Environment);
    }

    private static async Task<object?> ScalarAsync(CoordinatorDbContext db, string sql, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            return await command.ExecuteScalarAsync(cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    [LoggerMessage(1101, LogLevel.Information, "The database {File} got {Count} migrations, up to {Newest}")]
    private partial void LogMigrated(string file, int count, string newest);

    [LoggerMessage(1102, LogLevel.Warning, "A migration was cut off the last time; its lock was removed")]
    private partial void LogOrphanedLock();
}
