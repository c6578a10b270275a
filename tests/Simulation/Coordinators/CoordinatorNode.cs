using System.Runtime.CompilerServices;
using Coordinator.Connections;
using Coordinator.Grpc;
using Coordinator.Hosting;
using Coordinator.Model;
using Coordinator.Runners;
using Coordinator.Sessions;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Network;
using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Coordinator.Upkeep;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Coordinator.Simulation.Coordinators;

/// <summary>The coordinator's real services over a simulated network and clock. Everything but the database dies with a crash.</summary>
internal sealed class CoordinatorNode(World world)
{
    private ServiceProvider? _services;
    private List<Wire> _wires = [];

    public Life? Life { get; private set; }

    /// <summary>The part that writes, which a slow disk holds up alone.</summary>
    public Life? Writing { get; private set; }

    public bool IsUp { get; private set; }

    public SimulatedSpace Disk { get; } = new(world);

    public IReadOnlyList<Wire> Wires => _wires;

    public StopRequests Stops => _services!.GetRequiredService<StopRequests>();

    public SessionStarts Starts => _services!.GetRequiredService<SessionStarts>();

    public SessionDeletion Deletion => _services!.GetRequiredService<SessionDeletion>();

    public FleetChanges Fleet => _services!.GetRequiredService<FleetChanges>();

    public RunnerStreams Streams => _services!.GetRequiredService<RunnerStreams>();

    public SessionWatch Watch => _services!.GetRequiredService<SessionWatch>();

    public void Start()
    {
        Life = new Life(world.Simulator, "coordinator");
        Writing = new Life(world.Simulator, "ledger", whole: Life);
        _services = Build(Life);
        Life.Run("Starting", StartAsync);
    }

    public void Crash()
    {
        if (Life is null or { IsDead: true })
            return;
        world.Story.Tell("coordinator", "is killed");
        IsUp = false;
        Life.Die();
        // Closes its statements, which takes no time.
        _services!.GetRequiredService<ILedgerStore>().DisposeAsync().AsTask().GetAwaiter().GetResult();
        foreach (Wire wire in _wires)
            wire.Abandon(world.Settings.NoticeWithin);
        _wires = [];
    }

    /// <summary>A runner connects; null when nobody listens.</summary>
    public Wire? Accept(Life runner, string name)
    {
        if (!IsUp)
            return null;
        Life life = Life!;
        Wire wire = new(world.Simulator, world.Life, runner, life, name);
        CancellationTokenSource gone = new();
        wire.CoordinatorNotices += gone.Cancel;
        _wires = [.. _wires.Where(w => !w.IsOver), wire];
        life.Run($"The connection of {name}", async () =>
        {
            try
            {
                await _services!.GetRequiredService<RunnerGrpcService>().Connect(wire.Up, wire.Down, new CallContext(gone.Token));
                await wire.Down.CompleteAsync();
            }
            catch (Exception end) when (end is RpcException or CoordinatorException or OperationCanceledException or IOException)
            {
                wire.Down.EndAfter(TimeSpan.Zero, end as RpcException ?? new RpcException(new Status(StatusCode.Unavailable, end.Message)));
            }
        });
        return wire;
    }

    private async Task StartAsync()
    {
        IServiceProvider services = _services!;
        await services.GetRequiredService<Ledger>().LoadAsync(CancellationToken.None);
        Writing!.Run("The ledger", () => services.GetRequiredService<Ledger>().RunAsync(CancellationToken.None));
        try
        {
            await services.GetRequiredService<RunnerRegistration>().DisconnectOwnAsync();
        }
        catch (CoordinatorException problem) when (problem.Reason == Reasons.StorageFull)
        {
            // It says so and ends; whoever makes room starts it again.
            Crash();
            return;
        }
        catch (CoordinatorException problem) when (problem.Reason == Reasons.StorageUnavailable)
        {
            // Whatever looks after it starts it again.
            Crash();
            world.Life.Run("Another start", async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), world.Life.Time);
                if (Life is { IsDead: true })
                    Start();
            });
            return;
        }

        Life!.Run("The liveness monitor", () => Execute(services.GetServices<IHostedService>().OfType<LivenessMonitor>().Single(), CancellationToken.None));
        Life.Run("The deadlines", () => Execute(services.GetServices<IHostedService>().OfType<Deadlines>().Single(), CancellationToken.None));
        IsUp = true;
        world.Story.Tell("coordinator", "is up");
    }

    private ServiceProvider Build(Life life)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(life.Time);
        services.AddSingleton(new Ids(life.Time, new Random(world.Simulator.Random.Next())));
        services.AddSingleton<IDbContextFactory<CoordinatorDbContext>>(world.Database);
        services.AddSingleton<ISpareSpace>(Disk);
        services.AddSingleton<ILedgerStore>(provider => new SimulatedStore(
            world, Writing!, new SqliteLedgerStore(
                world.Database, new LogCheckpoints(Options.Create(new StorageOptions()), NullLogger<LogCheckpoints>.Instance), life.Time)));
        services.AddSingleton<IHostApplicationLifetime, NeverStopping>();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOptions();
        world.Settings.Apply(services);
        services.AddStorage().AddMetrics().AddUseCases();
        services.AddSingleton<RunnerGrpcService>();
        return services.BuildServiceProvider();
    }

    // A host starts these on the thread pool, where nothing can be reproduced.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(LivenessMonitor service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(Deadlines service, CancellationToken stopping);

    private sealed class NeverStopping : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new InvalidOperationException("Nobody asks for that here.");
    }

    private sealed class CallContext(CancellationToken gone) : ServerCallContext
    {
        protected override string MethodCore => "/coordinator.v1.RunnerService/Connect";

        protected override string HostCore => "coordinator";

        protected override string PeerCore => "ipv4:10.0.0.1:1";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => gone;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
