namespace Coordinator.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>The ledger. The context factory and the start-up of the database come with the host.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<LogCheckpoints>()
        .AddHostedService(provider => provider.GetRequiredService<LogCheckpoints>())
        .AddSingleton<Ledger>()
        .AddHostedService(provider => provider.GetRequiredService<Ledger>());
}
