using Coordinator.Audit;
using Coordinator.Connections;
using Coordinator.Dispatch;
using Coordinator.Identity;
using Coordinator.Metrics;
using Coordinator.Reports;
using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Timelines;
using Coordinator.Upkeep;

namespace Coordinator.Hosting;

/// <summary>The use cases, and in which order they follow from one another.</summary>
internal static class CoordinatorServices
{
    public static IServiceCollection AddUseCases(this IServiceCollection services)
    {
        services.AddSingleton<Callers>().AddSingleton<CoordinatorIdentity>();
        services.AddSingleton<RunQueries>().AddSingleton<AuditQueries>();
        services.AddSingleton<EventReader>().AddSingleton<EventQueries>().AddSingleton<SessionEventSignals>().AddSingleton<SessionTimeline>();
        services.AddSingleton<WaitingRuns>().AddSingleton<Fleet>().AddSingleton<Dispatcher>();
        services.AddSingleton<SessionStarts>().AddSingleton<SessionDeletion>().AddSingleton<SessionQueries>();
        services.AddSingleton<SessionFeed>().AddSingleton<SessionCount>().AddSingleton<SessionSnapshots>().AddSingleton<SessionWatch>();
        services.AddSingleton<RunnerStreams>().AddSingleton<CommandDeliveries>().AddSingleton<CommandSender>();
        services.AddSingleton<StopTransaction>().AddSingleton<StopRequests>().AddSingleton<UnstoredStops>().AddSingleton<EmergencyStops>();
        services.AddSingleton<RunnerFeed>().AddSingleton<FleetQueries>().AddSingleton<FleetChanges>();
        services.AddSingleton<Reconciliation>().AddSingleton<RunnerRegistration>();
        services.AddSingleton<EventQuota>().AddSingleton<RunReports>().AddSingleton<OutputIntake>();
        services.AddSingleton<CoordinatorMetrics>();
        return services.AddSteps().AddListeners().AddDeadlines();
    }

    /// <summary>What follows in the same transaction, in this order.</summary>
    private static IServiceCollection AddSteps(this IServiceCollection services) => services
        .AddSingleton<ITransactionStep>(provider => provider.GetRequiredService<Dispatcher>());

    /// <summary>What follows from a commit, in this order: commands to the wire first.</summary>
    private static IServiceCollection AddListeners(this IServiceCollection services) => services
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<CommandSender>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<Dispatcher>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<SessionCount>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<SessionFeed>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<SessionEventSignals>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<RunnerFeed>())
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<CoordinatorMetrics>());

    /// <summary>What is looked for once a second, and the loops beside the ledger.</summary>
    private static IServiceCollection AddDeadlines(this IServiceCollection services) => services
        .AddSingleton<IDeadline, QueueExpiry>()
        .AddSingleton<IDeadline, RuntimeLimit>()
        .AddSingleton<IDeadline>(provider => provider.GetRequiredService<EmergencyStops>())
        .AddSingleton<IDeadline, StopReminder>()
        .AddSingleton<IDeadline, OverdueStops>()
        .AddSingleton<IDeadline, LostRunners>()
        .AddSingleton<IDeadline, DrainDeadlines>()
        .AddSingleton<IDeadline, DeletionMemory>()
        .AddSingleton<IDeadline, StorageRecovery>()
        // Before anything else writes: a rehearsal goes through the steps of the ledger.
        .AddHostedService<StopRehearsal>()
        .AddHostedService<Deadlines>()
        .AddHostedService<LivenessMonitor>();
}
