using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>Sets real runs going.</summary>
internal sealed class RunLauncher(RunSurroundings surroundings, ILogger<RunLauncher> logger) : IRunLauncher
{
    public IRunControl Launch(Proto.StartRun command, Action<Proto.RunEnded> ended)
    {
        RunExecution execution = new(command, surroundings, ended, logger);

        // Never faults, and lives until its reports are committed, which may be long after its processes are gone.
        _ = execution.RunAsync();
        return execution;
    }
}
