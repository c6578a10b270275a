using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordinator.Storage.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add</c> build the model without starting a coordinator.</summary>
internal sealed class DesignTimeContexts : IDesignTimeDbContextFactory<CoordinatorDbContext>
{
    public CoordinatorDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite("Data Source=design-time.db").Options);
}
