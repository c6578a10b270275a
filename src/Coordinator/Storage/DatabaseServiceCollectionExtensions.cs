using Coordinator.Storage.Sqlite;
using Microsoft.Extensions.Options;

namespace Coordinator.Storage;

internal static class DatabaseServiceCollectionExtensions
{
    /// <summary>
    /// The database, and what makes it ready. Comes before every hosted service that reads it: they start in the order in
    /// which they are added.
    /// </summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<CoordinatorDbContext>((provider, database) =>
            SqliteSetup.Use(database, provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddSingleton<ISpareSpace, SpareFile>();
        services.AddSingleton<ILedgerStore, SqliteLedgerStore>();
        services.AddHostedService<DatabaseStartup>();
        services.AddSingleton<LogCheckpoints>().AddHostedService(provider => provider.GetRequiredService<LogCheckpoints>());
        return services;
    }
}
