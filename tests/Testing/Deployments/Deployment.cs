using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace Coordinator.Testing.Deployments;

/// <summary>A coordinator and a runner as real processes, each in a directory of its own, and what tests do with them.</summary>
public sealed class Deployment : IAsyncDisposable
{
    private Deployment(CoordinatorProcess coordinator) => Coordinator = coordinator;

    public TestFiles Files { get; private init; } = null!;

    public CoordinatorProcess Coordinator { get; private set; }

    public RunnerProcess Runner { get; private set; } = null!;

    /// <param name="containment">"cgroup" or "supervisor"; skips the test where the machine cannot do it.</param>
    /// <param name="runnerSettings">More configuration of the runner.</param>
    /// <param name="files">Where everything is; null for files of its own.</param>
    /// <param name="coordinatorSettings">More configuration of the coordinator.</param>
    /// <param name="coordinatorProgram">A coordinator of another version; null for this one.</param>
    /// <param name="runnerProgram">A runner of another version; null for this one.</param>
    public static async Task<Deployment> CreateAsync(
        string containment = "auto",
        IEnumerable<KeyValuePair<string, string>>? runnerSettings = null,
        TestFiles? files = null,
        IEnumerable<KeyValuePair<string, string>>? coordinatorSettings = null,
        BuiltProgram? coordinatorProgram = null,
        BuiltProgram? runnerProgram = null)
    {
        files ??= new TestFiles();
        CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Environment = new Dictionary<string, string>(coordinatorSettings ?? []),
            Program = coordinatorProgram ?? BuiltProgram.Coordinator,
        });
        Deployment deployment = new(coordinator) { Files = files };
        try
        {
            deployment.Runner = RunnerProcess.Start(new RunnerSettings
            {
                WorkingDirectory = files.CreateDirectory("runner"),
                Coordinator = coordinator.GrpcAddress,
                Program = runnerProgram ?? BuiltProgram.Runner,
                Environment = new Dictionary<string, string>(runnerSettings ?? [])
                {
                    ["Runner__Containment"] = containment,
                    ["Runner__Capacity"] = "50",
                },
            });
            await coordinator.WaitForRunnerAsync("test");
            return deployment;
        }
        catch (TimeoutException)
        {
            string output = deployment.Runner?.Output.ToString() ?? "";
            await deployment.DisposeAsync();
            throw new InvalidOperationException($"The runner did not connect. It wrote:\n{output}");
        }
    }

    /// <summary>Starts a session and waits until its agent runs.</summary>
    public async Task<Proto.Session> StartRunningAsync(string prompt, string executor = "command")
    {
        Proto.Session session = await StartAsync(prompt, executor);
        await RunWhenAsync(session.RunId, r => r.Status is not Proto.RunStatus.Pending and not Proto.RunStatus.Claimed);
        return session;
    }

    /// <param name="prompt">What the agent is to do.</param>
    /// <param name="executor">Which agent.</param>
    /// <param name="projectDir">Where; empty is the runner's working directory, which no other user may enter.</param>
    public async Task<Proto.Session> StartAsync(string prompt, string executor = "command", string projectDir = "") =>
        (await Coordinator.Sessions.StartSessionAsync(new() { Executor = executor, Prompt = prompt, AgentName = "tester", ProjectDir = projectDir })).Session;

    public async Task<Proto.StopSessionResponse> StopAsync(string sessionId, TimeSpan grace, bool force = false) =>
        await Coordinator.Sessions.StopSessionAsync(new() { SessionId = sessionId, GracePeriod = Duration.FromTimeSpan(grace), Force = force, Reason = "test" });

    public Task<Proto.Run> RunWhenAsync(string runId, Func<Proto.Run, bool> wanted, TimeSpan? timeout = null) =>
        Eventually.Get(async () => (await Coordinator.Runs.GetRunAsync(new() { RunId = runId })).Run, wanted, timeout, $"run {runId} as wanted");

    /// <summary>Waits until the run has ended, and checks from outside that no process of it is alive.</summary>
    public async Task<Proto.Run> EndOfAsync(string runId, TimeSpan? timeout = null)
    {
        Proto.Run run = await RunWhenAsync(runId, r => r.EndTime is not null, timeout);
        Assert.Empty(ProcessTable.OfRun(runId));
        return run;
    }

    /// <summary>Waits until the session's timeline has an event like this.</summary>
    public async Task<Proto.SessionEvent> EventAsync(string sessionId, Func<Proto.SessionEvent, bool> wanted)
    {
        using var call = Coordinator.Sessions.WatchSessionEvents(new() { SessionId = sessionId, Follow = true });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
        {
            if (call.ResponseStream.Current.Events.FirstOrDefault(wanted) is { } found)
                return found;
        }

        throw new InvalidOperationException($"The timeline of {sessionId} ended without the event.");
    }

    public async Task<List<Proto.SessionEvent>> EventsAsync(string sessionId)
    {
        using var call = Coordinator.Sessions.WatchSessionEvents(new() { SessionId = sessionId });
        List<Proto.SessionEvent> events = [];
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
            events.AddRange(call.ResponseStream.Current.Events);
        return events;
    }

    /// <summary>Ends every session, whatever it does, and deletes it.</summary>
    public async Task DeleteAllSessionsAsync()
    {
        foreach (Proto.Session session in (await Coordinator.Sessions.ListSessionsAsync(new() { PageSize = 1_000 })).Sessions)
        {
            if (session.EndTime is null)
                await StopAsync(session.SessionId, TimeSpan.Zero, force: true);
            await RunWhenAsync(session.RunId, r => r.EndTime is not null);
            await Coordinator.Sessions.DeleteSessionAsync(new() { SessionId = session.SessionId });
        }
    }

    /// <param name="program">Another version, in place of the one that it was.</param>
    public async Task RestartCoordinatorAsync(BuiltProgram? program = null)
    {
        CoordinatorSettings again = Coordinator.Again;
        Coordinator = await CoordinatorProcess.StartAsync(program is null ? again : again with { Program = program });
    }

    public async ValueTask DisposeAsync()
    {
        if (Runner is not null)
            await Runner.DisposeAsync();
        await Coordinator.DisposeAsync();
        Files.Dispose();
    }
}
