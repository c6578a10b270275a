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

    private readonly TestFiles _files = new();
    private CoordinatorProcess _coordinator = null!;

    private Plant()
    {
    }

    public IReadOnlyList<Machine> Machines { get; private set; } = [];

    /// <summary>The newest life of it.</summary>
    public CoordinatorProcess Coordinator => _coordinator;

    /// <summary>Each agent that is started notes it here, in a file with the name of its run.</summary>
    public string Marks => _files.At("marks");

    public static async Task<Plant> StartAsync(int machines, IReadOnlyDictionary<string, string>? runnerSettings = null)
    {
        Plant plant = new();
        plant._files.CreateDirectory("marks");
        plant._coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = plant._files.CreateDirectory("coordinator"),
            Environment = new Dictionary<string, string> { ["Coordinator__HeartbeatInterval"] = Heartbeat.ToString("c") },
        });
        plant.Machines =
        [
            .. Enumerable.Range(1, machines).Select(i => new Machine(
                $"machine-{i}", plant._files.CreateDirectory($"machine-{i}"), () => plant._coordinator.GrpcAddress,
                runnerSettings ?? new Dictionary<string, string>())),
        ];
        foreach (Machine machine in plant.Machines)
            await plant._coordinator.WaitForRunnerAsync(machine.Name);
        return plant;
    }

    public string CreateDirectory(string name) => _files.CreateDirectory(name);

    public Task KillCoordinatorAsync() => _coordinator.KillAsync();

    public async Task StartCoordinatorAgainAsync()
    {
        CoordinatorProcess dead = _coordinator;
        _coordinator = await CoordinatorProcess.StartAsync(dead.Again);
        await dead.DisposeAsync();
    }

    /// <summary>Asks until it is answered, by whichever life of the coordinator.</summary>
    public async Task<T> AskAsync<T>(Func<CoordinatorProcess, AsyncUnaryCall<T>> call)
    {
        while (true)
        {
            try
            {
                return await call(_coordinator).ResponseAsync.WithTimeout();
            }
            catch (Exception problem) when (problem is ObjectDisposedException or RpcException { StatusCode: StatusCode.Unavailable })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
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
        foreach (Machine machine in Machines)
            await machine.DisposeAsync();
        await _coordinator.DisposeAsync();
        _files.Dispose();
    }
}
