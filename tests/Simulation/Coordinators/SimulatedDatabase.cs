using System.Data.Common;
using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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
    private readonly Commits _commits = new();
    private readonly string[] _tables;

    public SimulatedDatabase()
    {
        _connection.Open();
        _contexts = new(new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite(_connection).AddInterceptors(_commits).Options);
        using CoordinatorDbContext db = CreateDbContext();
        db.Database.Migrate();
        _tables = [.. db.Model.GetEntityTypes().Select(t => t.GetTableName()!).Distinct().Where(t => t != "LedgerState")];
    }

    /// <summary>Told before each commit; throws to have nothing of it committed.</summary>
    public Action? Committing { get => _commits.Before; set => _commits.Before = value; }

    /// <summary>Told after each commit.</summary>
    public Action? Committed { get => _commits.After; set => _commits.After = value; }

    public CoordinatorDbContext CreateDbContext() => _contexts.CreateDbContext();

    /// <summary>Makes it empty again.</summary>
    public void Clear()
    {
        using CoordinatorDbContext db = CreateDbContext();
        foreach (string table in _tables)
            Execute($"DELETE FROM \"{table}\"");
        Execute("UPDATE \"LedgerState\" SET \"Revision\" = 0, \"SessionCount\" = 0, \"ForgottenRevision\" = 0");
    }

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class Commits : DbTransactionInterceptor
    {
        public Action? Before { get; set; }

        public Action? After { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            Before?.Invoke();
            return ValueTask.FromResult(result);
        }

        public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            After?.Invoke();
            return Task.CompletedTask;
        }
    }
}
