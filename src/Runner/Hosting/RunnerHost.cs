using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Link;
using Coordinator.Logs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Puts a runner together and runs it.</summary>
internal static class RunnerHost
{
    /// <summary>Runs until the runner is told to end.</summary>
    /// <exception cref="StartupException">It cannot start.</exception>
    public static async Task RunAsync(string[] arguments)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(arguments)
            .Build();
        RunnerOptions options = ReadOptions(configuration);
        ExecutorCatalog executors = new(options.Executors);
        if (RunnerOptionsCheck.Errors(options, executors) is { Count: > 0 } errors)
            throw new StartupException(StartupException.WrongUsage, errors);

        using DataDirectory data = DataDirectory.Open(options.DataDirectory);
        using ILoggerFactory loggers = NewLoggers(configuration);
        RunnerIdentity identity = Identities.Create(options);
        using IContainment containment = await SelectContainmentAsync(options, identity.RunnerId, loggers);

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(containment);
        builder.Services.AddSingleton(identity with
        {
            Containment = containment.Kind,
            Isolation = containment.Isolation,
            Capacity = Math.Min(identity.Capacity, containment.MaxRuns ?? identity.Capacity),
        });
        builder.Services.AddRunner(options, executors, data);
        using IHost host = builder.Build();
        await host.Services.GetRequiredService<RunRecovery>().RecoverAsync(CancellationToken.None);
        await new StopRehearsal(
            containment, identity, data.Path, TimeProvider.System, loggers.CreateLogger<StopRehearsal>()).RunAsync();
        await host.RunAsync();
    }

    private static RunnerOptions ReadOptions(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(RunnerOptions.Section).Get<RunnerOptions>() ?? new RunnerOptions();
        }
        catch (InvalidOperationException failure)
        {
            // Names the setting and the type that its value cannot be read as.
            throw new StartupException(StartupException.WrongUsage, [failure.Message]);
        }
    }

    private static ILoggerFactory NewLoggers(IConfiguration configuration) => LoggerFactory.Create(logging =>
    {
        logging
            .AddConfiguration(configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Error)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.UseUtcTimestamp = true;
            });
        EscapingLoggerProvider.AddTo(logging);
    });

    private static async Task<IContainment> SelectContainmentAsync(
        RunnerOptions options, string runnerId, ILoggerFactory loggers)
    {
        ContainmentSelector selector = new(
            OwnProgram.Current(), TimeProvider.System, loggers.CreateLogger<ContainmentSelector>());
        try
        {
            return await selector.SelectAsync(options, runnerId, CancellationToken.None);
        }
        catch (ContainmentUnavailableException failure)
        {
            throw new StartupException(StartupException.CannotRun, [failure.Message]);
        }
    }
}
