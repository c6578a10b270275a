namespace Coordinator.AgentRunner.Link;

/// <summary>A report that waits for its acknowledgement.</summary>
/// <param name="Frame">The frame, with its number.</param>
/// <param name="Sequence">The number.</param>
/// <param name="EventBytes">What it takes of the room for events; 0 for reports that always find room.</param>
internal readonly record struct KeptReport(Proto.RunnerFrame Frame, long Sequence, int EventBytes)
{
    public bool IsEvents => EventBytes > 0;
}
