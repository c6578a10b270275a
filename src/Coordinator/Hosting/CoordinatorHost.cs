using System.Reflection;
using Coordinator.Grpc;
using Coordinator.Listening;
using Coordinator.Logs;
using Coordinator.Pages;
using Coordinator.Security;
using Coordinator.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>Puts the coordinator together. Started by <c>Program</c>, and in the same way by tests.</summary>
internal static class CoordinatorHost
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <param name="commandLine">The arguments the program was started with.</param>
    /// <param name="configure">Changes settings and services before anything is made of them.</param>
    /// <exception cref="StartException">The arguments or the addresses are wrong.</exception>
    /// <exception cref="OptionsValidationException">Settings are wrong; it lists every one.</exception>
    public static WebApplication Build(CommandLine commandLine, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = CreateBuilder(commandLine);
        builder.UseDashboardFiles();
        configure?.Invoke(builder);
        ListenSettings listening = Listen(builder, commandLine);

        WebApplication app = builder.Build();
        SettingsBinding.Check(app.Configuration);
        ListenGuard.Warn(listening.Addresses, app.Logger);
        UsePipeline(app);
        return app;
    }

    /// <summary>Starts the coordinator. If that fails halfway, what runs by then is stopped like after any run.</summary>
    public static async Task StartOrStopAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync();
            throw;
        }
    }

    /// <summary>Waits until the coordinator is to stop, lets streaming calls say their last word, and stops.</summary>
    public static async Task StopWhenAskedAsync(this WebApplication app)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        await asked.Task;
        using CancellationTokenSource limit = new(ShutdownTimeout);
        await app.Services.GetRequiredService<OpenStreams>().DrainAsync(app.Services.GetRequiredService<TimeProvider>(), limit.Token);
        await app.StopAsync();
    }

    /// <summary>Whether a part of the coordinator broke down and ended the rest with it.</summary>
    public static bool HasFailed(this WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true });

    public static WebApplicationBuilder CreateBuilder(CommandLine commandLine)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = commandLine.Settings,
            ApplicationName = typeof(CoordinatorHost).Assembly.GetName().Name,
            // Not the current directory: the program is started from anywhere, and its settings lie beside it.
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddDefaults(builder.Configuration);
        AddLogging(builder.Logging);
        AddServices(builder.Services, commandLine);
        return builder;
    }

    /// <summary>
    /// The settings as they are shipped, underneath all others: safe defaults hold even where appsettings.json was changed
    /// or lost.
    /// </summary>
    private static void AddDefaults(ConfigurationManager configuration)
    {
        using Stream shipped = Assembly.GetExecutingAssembly().GetManifestResourceStream("appsettings.json")!;
        IConfiguration defaults = new ConfigurationBuilder().AddJsonStream(shipped).Build();
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults.AsEnumerable().Where(s => s.Value is not null) });
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.ColorBehavior = Greeting.WantsColour(Console.IsErrorRedirected) ? LoggerColorBehavior.Enabled : LoggerColorBehavior.Disabled;
        });
        EscapingLoggerProvider.AddTo(logging);
        // Standard output is for what people asked for.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // What a call does wrong is reported by ErrorInterceptor and UnreadableRequests, once; a caller's garbage is no error.
        logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None);
        // What the database refuses is said by the ledger, once, and to whoever asked for it.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        // Program says why a start failed. A hosted service that fails later is critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }

    private static void AddServices(IServiceCollection services, CommandLine commandLine)
    {
        services.AddCoordinatorSettings();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.AddSingleton(commandLine);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new Ids(provider.GetRequiredService<TimeProvider>(), new Random()));
        services.AddSingleton<Endpoints>();
        services.AddSingleton<StreamCutoff>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<Greeting>();

        services.AddSingleton<ErrorInterceptor>();
        services.AddSingleton<HealthWatchLimit>();
        services.AddSingleton<WatcherLimit>();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<HealthWatchLimit>();
        });
        services.AddSingleton<LedgerHealth>();
        services.AddGrpcHealthChecks().AddCheck<LedgerHealth>("ledger");
        services.AddCommentedReflection();
        services.AddHttpContextAccessor();
        services.AddDashboardPages();

        // Hosted services start in this order and stop in the reverse one; the server comes after all of them, so that
        // the ledger still commits what the last calls ask for.
        services.AddDatabase().AddStorage();
        services.AddUseCases();
        if (commandLine.Dev)
            services.AddLocalRunner(AppContext.BaseDirectory);
    }

    /// <param name="services">Where it is added.</param>
    /// <param name="baseDirectory">The directory with the runner's program in <c>runner/</c>.</param>
    /// <exception cref="StartException">There is no runner.</exception>
    public static IServiceCollection AddLocalRunner(this IServiceCollection services, string baseDirectory) => services
        .AddSingleton(LocalRunnerProgram.Find(baseDirectory))
        .AddSingleton<LocalRunner>()
        .AddHostedService(provider => provider.GetRequiredService<LocalRunner>());

    private static ListenSettings Listen(WebApplicationBuilder builder, CommandLine commandLine)
    {
        ListenSettings listening = ListenSettings.Read(builder.Configuration, commandLine.Insecure);
        // Otherwise --urls and ASPNETCORE_URLS could go around the guard; now the server says that it does not use them.
        builder.WebHost.PreferHostingUrls(false);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, listening));
        return listening;
    }

    private static void Configure(KestrelServerOptions kestrel, ListenSettings listening)
    {
        kestrel.AddServerHeader = false;
        // A peer whose machine is gone is noticed after 25 s; the heartbeats above notice one that is only stuck.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        // A runner sends headers once, and every connection keeps a table of this size, in bytes, for those it sends again.
        kestrel.Limits.Http2.HeaderTableSize = 1_024;

        Endpoints endpoints = kestrel.ApplicationServices.GetRequiredService<Endpoints>();
        // Not reloaded: an address that changes later would not be checked.
        var loader = kestrel.Configure(listening.Kestrel, reloadOnChange: false);
        foreach (ListenAddress address in listening.Addresses)
            loader.Endpoint(address.Name, endpoint => endpoints.Note(address, endpoint.ListenOptions));
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseMiddleware<OriginGuard>();
        app.UseDashboardHeaders();
        app.UseRouting();
        app.UseMiddleware<StreamLifetime>();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseMiddleware<UnreadableRequests>();

        app.MapGrpcService<SessionGrpcService>();
        app.MapGrpcService<RunGrpcService>();
        app.MapGrpcService<FleetGrpcService>();
        app.MapGrpcService<AuditGrpcService>();
        app.MapGrpcService<RunnerGrpcService>().DisableGrpcWeb();
        app.MapGrpcHealthChecksService();
        app.MapCommentedReflection();
        app.MapHealthChecks("/healthz");
        app.MapOutputDownload();
        app.MapDashboard();
    }
}
