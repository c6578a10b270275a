namespace Coordinator.AgentRunner.Execution;

/// <summary>Sets runs going.</summary>
internal interface IRunLauncher
{
    /// <summary>
    /// Begins a run and returns at once. <paramref name="ended"/> is called exactly once, from elsewhere, when nothing
    /// of the run is alive, with the report to post; its header has no sequence yet.
    /// </summary>
    IRunControl Launch(Proto.StartRun command, Action<Proto.RunEnded> ended);
}
