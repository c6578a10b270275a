namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// A way to hold all processes of a run together. Chosen once, when the runner starts, and logged.
/// </summary>
internal interface IContainment
{
    /// <summary>"cgroup", "supervisor", "job-object" or "process-group"; shown to operators.</summary>
    string Kind { get; }

    /// <summary>
    /// Starts the agent inside a container of its own: there is no moment at which it could fork outside.
    /// </summary>
    /// <exception cref="AgentStartException">The agent could not be started; nothing of it is left.</exception>
    Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what an earlier life of this runner left behind, and returns the runs it found something of, with the
    /// number of processes that were ended. Called once, before the runner connects.
    /// </summary>
    Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(CancellationToken cancellationToken);
}

/// <summary>A run of an earlier life of the runner, of which processes were still alive.</summary>
internal sealed record Survivor(string RunId, int ProcessesEnded);
