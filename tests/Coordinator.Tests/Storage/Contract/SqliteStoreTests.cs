using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Coordinator.Testing;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Tests.Storage.Contract;

public sealed class SqliteStoreTests : StoreContract, IDbContextFactory<CoordinatorDbContext>
{
    private readonly TestFiles _files = new();

    public override async ValueTask InitializeAsync()
    {
        await using CoordinatorDbContext db = CreateContext();
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _files.Dispose();
    }

    CoordinatorDbContext IDbContextFactory<CoordinatorDbContext>.CreateDbContext() => CreateContext();

    internal override ILedgerStore CreateStore() => Stores.Sqlite(this);

    internal override CoordinatorDbContext CreateContext() => new(
        new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={_files.At(SqliteSetup.FileName)};Pooling=False").Options);
}
