using Coordinator.Dispatch;
using Coordinator.Runs;

namespace Coordinator.Runners;

internal static class RunnerServiceCollectionExtensions
{
    public static IServiceCollection AddRunners(this IServiceCollection services) => services
        .AddSingleton<RunnerStreams>()
        .AddSingleton<RunnerFeed>()
        .AddSingleton<WaitingRuns>()
        .AddSingleton<Fleet>()
        .AddSingleton<Dispatcher>()
        .AddSingleton<Reconciliation>()
        .AddSingleton<RunnerConnections>()
        .AddSingleton<EventQuota>()
        .AddSingleton<RunReports>()
        .AddSingleton<OutputIntake>()
        .AddSingleton<FleetQueries>()
        .AddSingleton<FleetChanges>()
        .AddSingleton<IDeadline, LostRunners>()
        .AddSingleton<IDeadline, DrainDeadlines>()
        .AddSingleton<IDeadline, StorageRecovery>()
        .AddHostedService<LivenessMonitor>();
}
