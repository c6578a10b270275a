namespace Coordinator.AgentRunner.Primitives;

/// <summary>
/// The runner's clock: the wall clock read once, moved on by the monotonic one. Somebody setting the machine's time
/// therefore never turns around the order of a stop's times, nor moves a deadline.
/// </summary>
internal sealed class RunnerClock(TimeProvider time)
{
    private readonly DateTimeOffset _anchor = time.GetUtcNow();
    private readonly long _anchorTimestamp = time.GetTimestamp();
    private volatile ClockMapping _mapping = ClockMapping.Unmeasured;

    public TimeProvider Time => time;

    public DateTimeOffset Now => _anchor + time.GetElapsedTime(_anchorTimestamp);

    /// <summary>
    /// Waits at least as long as it is told. The runtime's own delays are cut to whole milliseconds: a loop that waits
    /// for the rest of one would not wait at all.
    /// </summary>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), time, cancellationToken);

    /// <summary>The newest mapping to the coordinator's clock; the link measures and sets it.</summary>
    public ClockMapping Mapping
    {
        get => _mapping;
        set => _mapping = value;
    }
}
