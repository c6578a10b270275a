using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>What a runner consists of, besides its containment and its identity.</summary>
internal static class RunnerServices
{
    public static void AddRunner(
        this IServiceCollection services, RunnerOptions options, ExecutorCatalog executors, DataDirectory data)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RunnerClock>();

        // What must survive
        services.AddSingleton(_ => new FileJournalStore(Path.Combine(data.Path, "journal")));
        services.AddSingleton(provider => RunJournal.Open(
            provider.GetRequiredService<FileJournalStore>(),
            provider.GetRequiredService<RunnerClock>(),
            MachineBoot.Read(),
            Identities.NewId(),
            provider.GetRequiredService<ILogger<RunJournal>>()));

        // Executors
        AgentEnvironment environment = AgentEnvironment.OfThisProcess(options.PassEnvironment);
        ExecutorProbe probe = new(executors, environment);
        services.AddSingleton(provider => new ExecutorAvailability(
            probe.Unknown, provider.GetRequiredService<ILogger<ExecutorAvailability>>()));

        // Runs
        services.AddSingleton<ReportOutbox>();
        services.AddSingleton<IReports>(provider => provider.GetRequiredService<ReportOutbox>());
        services.AddSingleton(provider => new RunDirectories(
            data.Path,
            new RunDirectoryLimits(
                options.MaxLogBytes, options.MaxSpillBytes, options.KeepRuns, options.KeepRunsFor),
            provider.GetRequiredService<RunnerClock>(),
            provider.GetRequiredService<ILogger<RunDirectories>>()));
        services.AddSingleton(provider => new RunSurroundings
        {
            Containment = provider.GetRequiredService<IContainment>(),
            Executors = executors,
            Launches = new LaunchPreparer(
                environment, Environment.CurrentDirectory, provider.GetRequiredService<ExecutorAvailability>()),
            Directories = provider.GetRequiredService<RunDirectories>(),
            Journal = provider.GetRequiredService<RunJournal>(),
            Reports = provider.GetRequiredService<IReports>(),
            Clock = provider.GetRequiredService<RunnerClock>(),
            SweepGrace = options.SweepGrace,
            LingerTimeout = options.LingerTimeout,
        });
        services.AddSingleton<IRunLauncher, RunLauncher>();
        services.AddSingleton<RunTable>();
        services.AddSingleton<RunRecovery>();

        // The host starts these from the first to the last, and stops them the other way round.
        services.AddHostedService<JournalCare>();
        services.AddHostedService<DiskCare>();
        services.AddHostedService(provider => new ExecutorWatch(
            probe.Look,
            provider.GetRequiredService<ExecutorAvailability>(),
            options.ExecutorProbeInterval,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => new CoordinatorLink(
            new GrpcDialer(new Uri(options.Coordinator)),
            provider.GetRequiredService<RunnerIdentity>(),
            provider.GetRequiredService<ExecutorAvailability>(),
            provider.GetRequiredService<RunTable>(),
            provider.GetRequiredService<ReportOutbox>(),
            provider.GetRequiredService<RunnerClock>(),
            new Random(),
            provider.GetRequiredService<ILogger<CoordinatorLink>>()));
        services.AddHostedService<RunnerShutdown>();

        // The shutdown bounds itself, by a grace that may be longer than any fixed time.
        services.AddSingleton<Departure>();
        services.AddSingleton<IHostLifetime, RunnerLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
    }
}
