using Coordinator.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Coordinator.Simulation.Coordinators;

/// <summary>
/// The real schema in memory. It outlives every crash of the coordinator with exactly what was committed by then. One
/// serves many histories, one after another.
/// </summary>
internal sealed class SimulatedDatabase : IDbContextFactory<CoordinatorDbContext>, IDisposable
{
    private readonly PreparingConnection _connection = new("Data Source=:memory:");
    private readonly PooledDbContextFactory<CoordinatorDbContext> _contexts;
    private readonly string[] _tables;

    public SimulatedDatabase()
    {
        _connection.Open();
        _contexts = new(new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite(_connection).Options);
        using CoordinatorDbContext db = CreateDbContext();
        db.Database.Migrate();
        _tables = [.. db.Model.GetEntityTypes().Select(t => t.GetTableName()!).Distinct().Where(t => t != "LedgerState")];
    }

    /// <summary>Told before each commit; throws to have nothing of it committed.</summary>
    public Action? Committing { get; set; }

    /// <summary>Told after each commit.</summary>
    public Action? Committed { get; set; }

    public CoordinatorDbContext CreateDbContext() => _contexts.CreateDbContext();

    /// <summary>Makes it empty again.</summary>
    public void Clear()
    {
        using CoordinatorDbContext db = CreateDbContext();
        foreach (string table in _tables)
            Execute($"DELETE FROM \"{table}\"");
        Execute("UPDATE \"LedgerState\" SET \"ForgottenRevision\" = 0");
    }

    /// <returns>How many rows were changed.</returns>
    public int Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>The newest that was given to a session or to a deletion.</summary>
    public long NewestRevision()
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            SELECT MAX(IFNULL((SELECT MAX("Revision") FROM "Sessions"), 0), IFNULL((SELECT MAX("Revision") FROM "DeletedSessions"), 0))
            """;
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose() => _connection.Dispose();
}
