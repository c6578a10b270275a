using Coordinator.Hosting;
using Coordinator.Listening;
using Coordinator.Testing;
using Coordinator.Testing.Logs;
using Coordinator.Testing.Waiting;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Support;

/// <summary>
/// A coordinator as it is shipped, on real sockets and with a real database file, inside the test's process. Disposing it
/// fails the test if it logged an unexpected error.
/// </summary>
internal sealed class RunningCoordinator : IAsyncDisposable
{
    private readonly TestFiles _files = new();
    private readonly string[] _settings;
    private readonly Action<IServiceCollection>? _configure;
    private WebApplication _app = null!;

    private RunningCoordinator(string[] settings, Action<IServiceCollection>? configure) => (_settings, _configure) = (settings, configure);

    public ErrorLogGuard Log { get; } = new();

    public GrpcChannel Channel { get; private set; } = null!;

    public Proto.SessionService.SessionServiceClient Sessions => new(Channel);

    public Proto.RunService.RunServiceClient Runs => new(Channel);

    public Proto.FleetService.FleetServiceClient Fleet => new(Channel);

    public Proto.AuditService.AuditServiceClient Audit => new(Channel);

    public IServiceProvider Services => _app.Services;

    public string DataDirectory => _files.At("data");

    public string GrpcUrl => _app.Services.GetRequiredService<Endpoints>().GrpcUrl;

    public string WebUrl => _app.Services.GetRequiredService<Endpoints>().WebUrl;

    /// <param name="settings">As on the command line, for example <c>--Coordinator:MaxWatchers=1</c>.</param>
    public static Task<RunningCoordinator> StartAsync(params string[] settings) => StartAsync(configure: null, settings);

    /// <inheritdoc cref="StartAsync(string[])"/>
    /// <param name="configure">Changes its services.</param>
    public static async Task<RunningCoordinator> StartAsync(Action<IServiceCollection>? configure, params string[] settings)
    {
        RunningCoordinator coordinator = new(settings, configure);
        await coordinator.StartAgainAsync();
        return coordinator;
    }

    /// <param name="prepare">Puts something into the data directory, which is there, before the coordinator starts.</param>
    public static async Task<RunningCoordinator> StartOnAsync(Action<string> prepare)
    {
        RunningCoordinator coordinator = new([], configure: null);
        prepare(coordinator._files.CreateDirectory("data"));
        await coordinator.StartAgainAsync();
        return coordinator;
    }

    /// <summary>Starts on the same database, and on the port it had before.</summary>
    public async Task StartAgainAsync()
    {
        string grpc = Channel is null ? "http://127.0.0.1:0" : $"http://{Channel.Target}";
        CommandLine commandLine = CommandLine.Parse([
            $"--Coordinator:DataDirectory={DataDirectory}",
            "--Kestrel:Endpoints:Web:Url=http://127.0.0.1:0",
            $"--Kestrel:Endpoints:Grpc:Url={grpc}",
            .. _settings]);
        _app = CoordinatorHost.Build(commandLine, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(Log);
            // Where the processors are busy a commit may take longer than a health check waits; those have tests of their own.
            builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
            _configure?.Invoke(builder.Services);
        });
        await _app.StartAsync().WithTimeout();
        Channel ??= GrpcChannel.ForAddress(GrpcUrl);
    }

    public async Task StopAsync()
    {
        await _app.StopAsync().WithTimeout();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await StopAsync();
        _files.Dispose();
        Log.AssertNoUnexpectedErrors();
    }
}
