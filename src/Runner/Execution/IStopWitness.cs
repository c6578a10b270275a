using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Execution;

/// <summary>Is told how far the end of a run's processes got. Times are on the runner's clock.</summary>
internal interface IStopWitness
{
    /// <summary>The first signal was sent.</summary>
    void Signalled(DateTimeOffset at);

    /// <summary>SIGKILL was sent for the first time.</summary>
    void Killed(DateTimeOffset at);

    /// <summary>Processes are alive although SIGKILL was sent.</summary>
    void Stuck(DateTimeOffset at, ProcessCensus census);
}
