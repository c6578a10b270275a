using Coordinator.Testing.Processes;
using Grpc.Net.Client;

namespace Coordinator.Bench.Fleet;

/// <summary>Played runners, and sessions that are started on them in turn.</summary>
internal sealed class PlayedFleet : IAsyncDisposable
{
    private const int CallsAtOnce = 32;

    private static readonly string[] Agents = ["backend", "frontend", "reviewer", "docs", "migrations", "triage", "release", "benchmarks"];
    private static readonly string[] Works = ["Fix the flaky login test", "Upgrade the serializer", "Review pull request", "Write release notes for", "Find the leak in", "Split the module"];

    private readonly CoordinatorProcess _coordinator;
    private readonly FleetPlan _plan;
    private readonly PlayedRunner[] _runners;
    private int _started;

    private PlayedFleet(CoordinatorProcess coordinator, FleetPlan plan, PlayedRunner[] runners) =>
        (_coordinator, _plan, _runners) = (coordinator, plan, runners);

    public IReadOnlyList<PlayedRunner> Runners => _runners;

    public static Task<PlayedFleet> ConnectAsync(CoordinatorProcess coordinator, int runners, int capacity) =>
        ConnectAsync(coordinator, new FleetPlan(runners, capacity));

    /// <param name="coordinator">Where they connect.</param>
    /// <param name="plan">What they are.</param>
    /// <param name="held">The runs that each has from an earlier connection, by its place; null if none has any.</param>
    public static async Task<PlayedFleet> ConnectAsync(CoordinatorProcess coordinator, FleetPlan plan, IReadOnlyList<PlayedRun>[]? held = null)
    {
        PlayedRunner[] runners = new PlayedRunner[plan.Runners];
        await Parallel.ForAsync(0, plan.Runners, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce }, async (i, _) =>
        {
            GrpcChannel? own = plan.Apart ? GrpcChannel.ForAddress(coordinator.GrpcAddress) : null;
            runners[i] = await PlayedRunner.ConnectAsync(
                own ?? coordinator.Channel, own, plan.First + i, plan.Capacity, TimeProvider.System, plan.Stopping, held is null ? [] : [.. held[i]]);
        });
        return new PlayedFleet(coordinator, plan, runners);
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
        PlayedRunner runner = _runners[number % _runners.Length];
        Proto.StartSessionResponse response = await _coordinator.Sessions.StartSessionAsync(new Proto.StartSessionRequest
        {
            SessionName = name ?? $"{Works[number % Works.Length]} {number}",
            AgentName = Agents[number % Agents.Length],
            Executor = number % 3 == 0 ? "command" : "claude-code",
            ProjectDir = "/srv/work",
            Prompt = $"Do the work numbered {number}.",
            Labels = { ["team"] = number % 2 == 0 ? "core" : "web", ["fleet"] = _plan.Label },
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

    public async ValueTask DisposeAsync() =>
        await Parallel.ForEachAsync(_runners, async (runner, _) => await runner.DisposeAsync());
}
