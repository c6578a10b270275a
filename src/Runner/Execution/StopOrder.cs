namespace Coordinator.AgentRunner.Execution;

/// <summary>One request to stop a run.</summary>
/// <param name="Origin">Who wants it.</param>
/// <param name="ReceivedAt">When it arrived, on the runner's clock.</param>
/// <param name="Deadline">When SIGKILL is due. With force that is the receipt itself.</param>
internal sealed record StopOrder(StopOrigin Origin, DateTimeOffset ReceivedAt, DateTimeOffset Deadline)
{
    public static StopOrder After(StopOrigin origin, DateTimeOffset receivedAt, TimeSpan grace) =>
        new(origin, receivedAt, receivedAt + grace);

    public static StopOrder Now(StopOrigin origin, DateTimeOffset receivedAt) => new(origin, receivedAt, receivedAt);
}
