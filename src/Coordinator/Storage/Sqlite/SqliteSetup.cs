using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage.Sqlite;

/// <summary>The one place that knows how the SQLite database is reached.</summary>
internal static class SqliteSetup
{
    public const string FileName = "coordinator.db";

    /// <summary>256 MB in pages of 4 KB.</summary>
    private const int MaxLogPages = 65_536;

    /// <summary>What of the log's file is kept when it begins anew, in bytes.</summary>
    private const int KeptLog = 64 * 1024 * 1024;

    /// <summary>How long the one who writes waits for a lock, such as that of a backup.</summary>
    private const int BusyMilliseconds = 5_000;

    public static string FilePath(StorageOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), FileName);

    public static void Use(DbContextOptionsBuilder database, StorageOptions options) =>
        database.UseSqlite(ConnectionString(options));

    public static string ConnectionString(StorageOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = FilePath(options),
        ForeignKeys = true,
    }.ToString();

    /// <summary>
    /// Opens the connection of the one who writes, for long: each statement is prepared once, and a commit carries the log
    /// over into the database only if <see cref="LogCheckpoints"/> has not come to it for much too long.
    /// </summary>
    public static async Task OpenForWritingAsync(DbContext db)
    {
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync(
            $"PRAGMA wal_autocheckpoint = {MaxLogPages}; PRAGMA journal_size_limit = {KeptLog}; PRAGMA busy_timeout = {BusyMilliseconds}");
    }
}
