using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Fleet;

/// <summary>Played runners, and sessions that are started on them in turn.</summary>
internal sealed class PlayedFleet : IAsyncDisposable
{
    private const int CallsAtOnce = 32;

    private static readonly string[] Agents = ["backend", "frontend", "reviewer", "docs", "migrations", "triage", "release", "benchmarks"];
    private static readonly string[] Works = ["Fix the flaky login test", "Upgrade the serializer", "Review pull request", "Write release notes for", "Find the leak in", "Split the module"];

    private readonly CoordinatorProcess _coordinator;
    private readonly List<PlayedRunner> _runners = [];
    private int _started;

    private PlayedFleet(CoordinatorProcess coordinator) => _coordinator = coordinator;

    public static async Task<PlayedFleet> ConnectAsync(CoordinatorProcess coordinator, int runners, int capacity)
    {
        PlayedFleet fleet = new(coordinator);
        for (int number = 1; number <= runners; number++)
            fleet._runners.Add(await PlayedRunner.ConnectAsync(coordinator.Channel, number, capacity, TimeProvider.System));
        return fleet;
    }

    /// <summary>Starts sessions as people name them, and returns when all of them run.</summary>
    public async Task<IReadOnlyList<PlayedSession>> FillAsync(int sessions)
    {
        PlayedSession[] started = new PlayedSession[sessions];
        await Parallel.ForAsync(0, sessions, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce }, async (i, _) => started[i] = await StartAsync());
        return started;
    }

    /// <param name="name">Null takes one of many.</param>
    public async Task<PlayedSession> StartAsync(string? name = null)
    {
        int number = Interlocked.Increment(ref _started);
        PlayedRunner runner = _runners[number % _runners.Count];
        Proto.StartSessionResponse response = await _coordinator.Sessions.StartSessionAsync(new Proto.StartSessionRequest
        {
            SessionName = name ?? $"{Works[number % Works.Length]} {number}",
            AgentName = Agents[number % Agents.Length],
            Executor = number % 3 == 0 ? "command" : "claude-code",
            ProjectDir = "/srv/work",
            Prompt = $"Do the work numbered {number}.",
            Labels = { ["team"] = number % 2 == 0 ? "core" : "web" },
            Demands = new Proto.RunDemands { RunnerId = runner.RunnerId },
        });
        return new PlayedSession(response.Session.SessionId, runner, await runner.RunAsync(response.Session.RunId));
    }

    /// <summary>A new run of a session that has ended, on the same runner.</summary>
    public async Task<PlayedSession> ResumeAsync(PlayedSession session)
    {
        Proto.ResumeSessionResponse response = await _coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "Go on." });
        return session with { Run = await session.Runner.RunAsync(response.Session.RunId) };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PlayedRunner runner in _runners)
            await runner.DisposeAsync();
    }
}
