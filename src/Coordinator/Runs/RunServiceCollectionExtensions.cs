namespace Coordinator.Runs;

internal static class RunServiceCollectionExtensions
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<RunQueries>()
        .AddSingleton<IDeadline, QueueExpiry>()
        .AddSingleton<IDeadline, RuntimeLimit>()
        .AddHostedService<Deadlines>();
}
