using Coordinator.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>The one place that knows how the SQLite database is reached.</summary>
internal static class SqliteSetup
{
    public const string FileName = "coordinator.db";

    public static string FilePath(CoordinatorOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), FileName);

    public static void Use(DbContextOptionsBuilder database, CoordinatorOptions options) =>
        database.UseSqlite(new SqliteConnectionStringBuilder
        {
            DataSource = FilePath(options),
            ForeignKeys = true,
        }.ToString());

    /// <summary>For a context whose connection stays open: each statement is prepared once.</summary>
    public static void PrepareStatements(DbContext db)
    {
        if (db.Database.GetDbConnection() is SqliteConnection and not PreparingConnection)
            db.Database.SetDbConnection(new PreparingConnection(db.Database.GetConnectionString()!), contextOwnsConnection: true);
    }
}
