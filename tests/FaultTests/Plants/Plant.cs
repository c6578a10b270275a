using Coordinator.FaultTests.Background;
using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.FaultTests.Plants;

/// <summary>A coordinator and some machines with runners, all of them real processes that can be broken in every way.</summary>
internal sealed class Plant : IAsyncDisposable
{
    /// <summary>Both sides notice a silent connection within three of them.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly TestFiles _files = new();
    private CoordinatorProcess? _coordinator;

    private Plant()
    {
    }

    public IReadOnlyList<Machine> Machines { get; private set; } = [];

    /// <summary>What goes on beside it; whoever asks the plant for something is told when one of them is gone.</summary>
    public Loops Loops { get; } = new();

    /// <summary>The newest life of it.</summary>
    public CoordinatorProcess Coordinator => _coordinator ?? throw new InvalidOperationException("It was not started.");

    /// <summary>Each agent that is started notes it here, in a file with the name of its run.</summary>
    public string Marks => _files.At("marks");

    public static async Task<Plant> StartAsync(int machines, IReadOnlyDictionary<string, string>? runnerSettings = null)
    {
        Plant plant = new();
        try
        {
            await plant.BuildAsync(machines, runnerSettings ?? new Dictionary<string, string>());
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    public string CreateDirectory(string name) => _files.CreateDirectory(name);

    public Task KillCoordinatorAsync() => Coordinator.KillAsync();

    public async Task StartCoordinatorAgainAsync()
    {
        CoordinatorProcess dead = Coordinator;
        _coordinator = await CoordinatorProcess.StartAsync(dead.Again);
        await dead.DisposeAsync();
    }

    /// <summary>Asks until it is answered, by whichever life of the coordinator.</summary>
    /// <exception cref="LoopEndedException">Something that was to go on beside the test has ended.</exception>
    public async Task<T> AskAsync<T>(Func<CoordinatorProcess, AsyncUnaryCall<T>> call, CancellationToken abandoned = default)
    {
        while (true)
        {
            Loops.ThrowIfAnyEnded();
            try
            {
                return await call(Coordinator).ResponseAsync.WithTimeout().WaitAsync(abandoned);
            }
            catch (Exception exception) when (Interruptions.Is(exception))
            {
                await Task.Delay(AskAgainAfter, TimeProvider.System, abandoned);
            }
        }
    }

    public async Task<Proto.Run> RunAsync(string runId) => (await AskAsync(c => c.Runs.GetRunAsync(new() { RunId = runId }))).Run;

    public async Task<IReadOnlyList<Proto.Session>> SessionsAsync()
    {
        List<Proto.Session> sessions = [];
        string page = "";
        do
        {
            Proto.ListSessionsResponse response = await AskAsync(c => c.Sessions.ListSessionsAsync(new() { PageSize = 500, PageToken = page }));
            sessions.AddRange(response.Sessions);
            page = response.NextPageToken;
        }
        while (page.Length > 0);
        return sessions;
    }

    /// <summary>How often the agent of a run was started.</summary>
    public int Executions(string runId)
    {
        string mark = Path.Combine(Marks, runId);
        return File.Exists(mark) ? File.ReadAllLines(mark).Length : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Loops.DisposeAsync();
        foreach (Machine machine in Machines)
            await machine.DisposeAsync();
        if (_coordinator is not null)
            await _coordinator.DisposeAsync();
        _files.Dispose();
        Loops.ThrowIfAnyEndedUnnoticed();
    }

    private async Task BuildAsync(int machines, IReadOnlyDictionary<string, string> runnerSettings)
    {
        CreateDirectory("marks");
        _coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = CreateDirectory("coordinator"),
            Environment = new Dictionary<string, string> { ["Coordinator__HeartbeatInterval"] = Heartbeat.ToString("c") },
        });
        List<Machine> started = [];
        Machines = started;
        for (int i = 1; i <= machines; i++)
            started.Add(new Machine($"machine-{i}", CreateDirectory($"machine-{i}"), Loops, () => Coordinator.GrpcAddress, runnerSettings));
        foreach (Machine machine in started)
            await Coordinator.WaitForRunnerAsync(machine.Name);
    }
}
