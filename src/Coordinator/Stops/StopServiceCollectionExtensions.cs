using Coordinator.Runs;

namespace Coordinator.Stops;

internal static class StopServiceCollectionExtensions
{
    public static IServiceCollection AddStops(this IServiceCollection services) => services
        .AddSingleton<StopOrders>()
        .AddSingleton<StopTransaction>()
        .AddSingleton<StopRequests>()
        .AddSingleton<UnstoredStops>()
        .AddSingleton<EmergencyStops>()
        .AddSingleton<IDeadline>(provider => provider.GetRequiredService<EmergencyStops>())
        .AddSingleton<IDeadline, StopReminder>()
        .AddSingleton<IDeadline, OverdueStops>()
        .AddHostedService<StopRehearsal>();
}
