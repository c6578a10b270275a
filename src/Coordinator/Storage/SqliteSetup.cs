using Coordinator.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>The one place that knows how the SQLite database is reached.</summary>
internal static class SqliteSetup
{
    public const string FileName = "coordinator.db";

    /// <summary>64 MB in pages of 4 KB.</summary>
    private const int LogPages = 16_384;

    public static string FilePath(CoordinatorOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), FileName);

    public static void Use(DbContextOptionsBuilder database, CoordinatorOptions options) =>
        database.UseSqlite(new SqliteConnectionStringBuilder
        {
            DataSource = FilePath(options),
            ForeignKeys = true,
        }.ToString());

    /// <summary>
    /// Opens the connection of the one who writes, for long: each statement is prepared once, and the log is carried over
    /// into the database every 64 MB instead of every 4, because nobody is answered meanwhile.
    /// </summary>
    public static async Task OpenForWritingAsync(DbContext db)
    {
        if (db.Database.GetDbConnection() is SqliteConnection and not PreparingConnection)
            db.Database.SetDbConnection(new PreparingConnection(db.Database.GetConnectionString()!), contextOwnsConnection: true);
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync($"PRAGMA wal_autocheckpoint = {LogPages}");
    }
}
