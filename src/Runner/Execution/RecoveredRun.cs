namespace Coordinator.AgentRunner.Execution;

/// <summary>A run of an earlier life of the runner: over, but for the acknowledgement of its end.</summary>
internal sealed class RecoveredRun : IRunControl
{
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecoveredRun(RunDirectory directory) => _ = MarkAsync(directory);

    public Proto.HeldRunState State => Proto.HeldRunState.Ended;

    public void Stop(StopOrder order)
    {
        // Nothing of it is alive.
    }

    public void Acknowledged() => _acknowledged.TrySetResult();

    private async Task MarkAsync(RunDirectory directory)
    {
        await _acknowledged.Task;
        directory.MarkAcknowledged();
    }
}
