namespace Coordinator.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>The ledger. Its store, and all else that depends on the database, come with the host.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<StorageReserve>()
        .AddSingleton<LedgerCommits>()
        .AddSingleton<Ledger>()
        .AddHostedService(provider => provider.GetRequiredService<Ledger>());
}
