using System.Runtime.CompilerServices;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Hosting;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Network;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.Simulation.Runners;

/// <summary>A runner's real protocol over a simulated network, clock and processes. Its machine and its disk outlive a crash.</summary>
internal sealed class RunnerNode(World world, int number, string directory)
{
    public const string Executor = "command";

    private int _lives;
    private RunTable? _table;

    public string Name { get; } = $"runner {number}";

    public string RunnerId { get; } = $"rnr_{number:D26}";

    public string Tag { get; } = $"number-{number}";

    public SimulatedMachine Machine { get; } = new(world, $"machine {number}");

    public Life? Life { get; private set; }

    public Wire? Wire { get; private set; }

    /// <summary>Whether it has runs, or reports of runs that are not acknowledged.</summary>
    public bool HoldsRuns => _table?.Held().Count > 0;

    public void Start()
    {
        TimeSpan error = TimeSpan.FromSeconds((world.Simulator.Random.NextDouble() - 0.5) * 10);
        Life life = new(world.Simulator, Name, error);
        Life = life;
        life.Run("Its life", () => LiveAsync(life, ++_lives));
    }

    public void Crash()
    {
        if (Life is null or { IsDead: true })
            return;
        world.Story.Tell(Name, "is killed");
        world.Checks.RunnerDied(this);
        Life.Die();
        Wire?.Abandon(world.Settings.NoticeWithin);
    }

    public void CrashMachine()
    {
        Crash();
        world.Story.Tell(Machine.Name, "loses power");
        Machine.Crash();
    }

    public void FillDisk()
    {
        world.Story.Tell(Machine.Name, "has a full disk");
        Machine.Disk.IsFull = true;
    }

    public void ClearDisk()
    {
        if (!Machine.Disk.IsFull)
            return;
        world.Story.Tell(Machine.Name, "has room on its disk again");
        Machine.Disk.IsFull = false;
    }

    private async Task LiveAsync(Life life, int number)
    {
        RunnerClock clock = new(life.Time);
        RunJournal journal = RunJournal.Open(
            new SimulatedJournal(world, this, life), clock, $"{Machine.Boot}", $"{RunnerId}-journal-{number}", NullLogger.Instance);
        ReportOutbox outbox = new(life.Time);
        SimulatedContainment containment = new(world, life, Machine);
        ExecutorCatalog executors = new(new Dictionary<string, ExecutorSettings> { [Executor] = new() { Enabled = true } });
        ExecutorAvailability availability = new([new ExecutorState(Executor, null)], NullLogger<ExecutorAvailability>.Instance);
        RunDirectories directories = new(directory, new RunDirectoryLimits(MaxLogBytes: 1024, MaxSpillBytes: 1024, 100, TimeSpan.FromDays(1)), clock, NullLogger<RunDirectories>.Instance);
        RunLauncher launcher = new(
            new RunSurroundings
            {
                Containment = containment,
                Executors = executors,
                Launches = new LaunchPreparer(new AgentEnvironment(new Dictionary<string, string>()), "/", availability),
                Directories = directories,
                Journal = journal,
                Reports = outbox,
                Clock = clock,
                SweepGrace = TimeSpan.FromSeconds(1),
                LingerTimeout = TimeSpan.FromSeconds(60),
            },
            NullLogger<RunLauncher>.Instance);
        RunTable table = new(outbox, launcher, journal, clock, NullLogger<RunTable>.Instance);
        _table = table;
        await new RunRecovery(containment, directories, table, journal, clock, NullLogger<RunRecovery>.Instance).RecoverAsync(CancellationToken.None);
        world.Story.Tell(Name, $"is up, life {number}, holding {table.Held().Count}");

        RunnerIdentity identity = new()
        {
            RunnerId = RunnerId,
            BootId = $"{RunnerId}-{number}",
            Name = Name,
            Hostname = Machine.Name,
            ProjectDirectory = "/",
            Tags = [Tag],
            Capacity = 2,
            Version = "1",
            Containment = containment.Kind,
        };
        CoordinatorLink link = new(
            new Dialer(this, life), identity, availability, table, outbox, clock,
            new Random(world.Simulator.Random.Next()), NullLogger<CoordinatorLink>.Instance);
        await Task.WhenAll(Execute(new JournalCare(journal, clock), CancellationToken.None), Execute(link, CancellationToken.None));
    }

    private Wire Connect(Life life)
    {
        Wire wire = world.Coordinator.Accept(life, Name)
            ?? throw new RpcException(new Status(StatusCode.Unavailable, "Connection refused"));
        Wire = wire;
        wire.Down.Arrives = frame => world.Checks.Arrived(this, life, frame);
        return wire;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(CoordinatorLink service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(JournalCare service, CancellationToken stopping);

    private sealed class Dialer(RunnerNode node, Life life) : IDialer
    {
        public Uri Address { get; } = new("http://coordinator");

        public DialedCall Dial(CancellationToken over)
        {
            Wire wire = node.Connect(life);
            // A call that this side ends is over for the other one, too.
            over.Register(() => wire.Cut(TimeSpan.FromMilliseconds(1)));
            return new DialedCall(new AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame>(
                wire.Up, wire.Down, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { }));
        }
    }
}
