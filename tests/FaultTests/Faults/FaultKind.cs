namespace Coordinator.FaultTests.Faults;

/// <summary>What breaks in a round.</summary>
internal enum FaultKind
{
    CoordinatorKilled,
    RunnerKilled,
    BothKilled,
    CoordinatorFrozen,
    RunnerFrozen,
    ConnectionCut,
    ConnectionSilent,
    ConnectionSlow,
}
