namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// A way to hold all processes of a run together. Chosen once, when the runner starts, and logged. Disposed when it ends,
/// after its runs, to give back what the runner holds for all of them.
/// </summary>
internal interface IContainment : IDisposable
{
    /// <summary>"cgroup", "supervisor", "job-object" or "process-group"; shown to operators.</summary>
    string Kind { get; }

    /// <summary>What keeps agents from the runner and from one another.</summary>
    Proto.Isolation Isolation => Proto.Isolation.None;

    /// <summary>How many runs it holds at most; null without such a limit.</summary>
    int? MaxRuns => null;

    /// <summary>
    /// Starts the agent inside a container of its own: there is no moment at which it could fork outside.
    /// </summary>
    /// <exception cref="AgentStartException">The agent could not be started; nothing of it is left.</exception>
    /// <exception cref="OperationCanceledException">
    /// It is not wanted any more, as <see cref="AgentLaunch.IsUnwanted"/> says, and nothing of it was started.
    /// </exception>
    Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what an earlier life of this runner left behind, and returns the runs it found something of. Gives up after
    /// some seconds on what cannot be ended. Called before the runner connects, and again for what was left then.
    /// </summary>
    /// <param name="left">The runs that are known to have been alive.</param>
    /// <param name="onlyThese">
    /// Whether to look for these only: other runs may belong to this life by now.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken);

    /// <summary>Most hold nothing besides their runs.</summary>
    void IDisposable.Dispose()
    {
    }
}
