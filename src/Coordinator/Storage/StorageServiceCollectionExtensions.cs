using Coordinator.Storage.Sqlite;

namespace Coordinator.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>The ledger. The context factory, the start-up of the database and its spare space come with the host.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<LogCheckpoints>()
        .AddHostedService(provider => provider.GetRequiredService<LogCheckpoints>())
        .AddSingleton<StorageReserve>()
        .AddSingleton<Ledger>()
        .AddHostedService(provider => provider.GetRequiredService<Ledger>());
}
