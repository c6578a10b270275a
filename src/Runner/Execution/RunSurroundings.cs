using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;

namespace Coordinator.AgentRunner.Execution;

/// <summary>What every run of this runner needs. Immutable.</summary>
internal sealed record RunSurroundings
{
    public required IContainment Containment { get; init; }

    public required ExecutorCatalog Executors { get; init; }

    public required LaunchPreparer Launches { get; init; }

    public required RunDirectories Directories { get; init; }

    public required RunJournal Journal { get; init; }

    public required IReports Reports { get; init; }

    public required RunnerClock Clock { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL for what an agent left behind that exited by itself.</summary>
    public required TimeSpan SweepGrace { get; init; }

    /// <summary>How long an agent that has given its result may take to exit.</summary>
    public required TimeSpan LingerTimeout { get; init; }
}
