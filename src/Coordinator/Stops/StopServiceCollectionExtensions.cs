namespace Coordinator.Stops;

internal static class StopServiceCollectionExtensions
{
    public static IServiceCollection AddStops(this IServiceCollection services) => services
        .AddSingleton<StopOrders>()
        .AddSingleton<StopTransaction>()
        .AddSingleton<StopRequests>()
        .AddHostedService<StopRehearsal>();
}
