namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// Everything one run ever forked. Whatever the agent does (double fork, setsid, cleared environment), its descendants
/// stay findable here until they are gone, and <see cref="Census"/> with nothing alive is the proof that they are.
/// All members may be called from any thread.
/// </summary>
internal interface IRunContainer : IAsyncDisposable
{
    /// <summary>The process id of the agent.</summary>
    int ProcessId { get; }

    /// <summary>How a later life of the runner finds the run, should this one be killed.</summary>
    ContainerTrace Trace { get; }

    /// <summary>
    /// Completes when the agent's own process has ended; descendants may still be alive. Never faults: an agent whose
    /// exit status could not be learned (its supervisor was killed) ends with <see cref="AgentExit.Unknown"/>.
    /// </summary>
    Task<AgentExit> Exited { get; }

    /// <summary>
    /// Completes when both output streams have ended or were closed. Every byte was handed to the sinks of
    /// <see cref="AgentLaunch"/> before. Once <see cref="Census"/> has found the container empty this follows within
    /// <see cref="OutputDrain"/>, or when the sink takes what is left.
    /// </summary>
    Task OutputDrained { get; }

    /// <summary>
    /// Whether the agent's own process has ended as of now, even if <see cref="Exited"/> has not completed yet. This is
    /// what decides who wins when an agent exits in the same instant as it is stopped.
    /// </summary>
    bool HasAgentExited { get; }

    /// <summary>Sends SIGINT to the agent's own process only: the optional soft step of an executor.</summary>
    void Interrupt();

    /// <summary>
    /// Sends SIGTERM to every process of the run that is alive. Returns without waiting for its effect.
    /// </summary>
    void Terminate();

    /// <summary>
    /// Sends SIGKILL to every process of the run that is alive, including those forked meanwhile. Returns without
    /// waiting for its effect; call again until <see cref="Census"/> finds nothing.
    /// </summary>
    void Kill();

    /// <summary>Looks at the run's processes. Zombies are not alive.</summary>
    ProcessCensus Census();

    /// <summary>
    /// Looks wherever else something of the run may be, ends what it finds, and counts it. To be asked when <see cref="Census"/> has
    /// found nothing; only when this finds nothing either is that the proof.
    /// </summary>
    ValueTask<ProcessCensus> ProveAsync() => new(Census());

    /// <summary>
    /// Completes when it was observed that the run was broken out of, or the container into: with what it was, for a person. Then
    /// nobody can be sure to know all of its processes, and there is no proof.
    /// </summary>
    Task<string> Broken => new TaskCompletionSource<string>().Task;

    /// <summary>
    /// The names of the first <see cref="NamedProcesses"/> processes of the run that were ever seen alive, the agent's own
    /// first; as the system has them.
    /// </summary>
    IReadOnlyList<string> SeenNames { get; }

    /// <summary>The agent, and twenty others.</summary>
    static int NamedProcesses => 21;

    /// <summary>How long output may still be read after the container is empty, before the pipes are closed.</summary>
    static TimeSpan OutputDrain => TimeSpan.FromMilliseconds(500);
}
