namespace Coordinator.AgentRunner.Execution;

/// <summary>What the table may do with a run that was launched. No member waits for anything.</summary>
internal interface IRunControl
{
    Proto.HeldRunState State { get; }

    void Stop(StopOrder order);
}
