using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Link;

/// <summary>
/// Measures how the coordinator's clock differs from the runner's, from heartbeats and their echoes on one connection.
/// The shorter the round trip the less there is to be wrong about, so of the last few samples the fastest one counts.
/// </summary>
internal sealed class ClockOffset(RunnerClock clock)
{
    private const int Samples = 8;

    /// <summary>
    /// What two good clocks may drift apart while samples are kept, and what timestamps are rounded by.
    /// </summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(20);

    private readonly Queue<ClockMapping> _samples = new();

    /// <summary>
    /// A first estimate: the coordinator wrote <paramref name="coordinatorTime"/> at some moment since the connection
    /// was begun, and it is not known at which. What was measured on an earlier connection is not trusted any more: the
    /// machine may have slept.
    /// </summary>
    public void Welcomed(DateTimeOffset coordinatorTime, DateTimeOffset connectBegun)
    {
        _samples.Clear();
        TimeSpan since = clock.Now - connectBegun;
        clock.Mapping = new ClockMapping(coordinatorTime - (connectBegun + (since / 2)), since);
    }

    /// <summary>A heartbeat came back.</summary>
    public void Echoed(DateTimeOffset runnerTime, DateTimeOffset coordinatorTime)
    {
        TimeSpan roundTrip = clock.Now - runnerTime;
        if (roundTrip < TimeSpan.Zero)
            return;

        ClockMapping sample = new(coordinatorTime - (runnerTime + (roundTrip / 2)), roundTrip / 2);

        // Samples that cannot both be right mean that the coordinator's clock was set: the older ones are void.
        if (_samples.Any(older => Contradict(older, sample)))
            _samples.Clear();
        _samples.Enqueue(sample);
        if (_samples.Count > Samples)
            _samples.Dequeue();
        clock.Mapping = _samples.MinBy(one => one.Uncertainty)!;
    }

    private static bool Contradict(ClockMapping one, ClockMapping other) =>
        (one.Offset - other.Offset).Duration() > one.Uncertainty + other.Uncertainty + Tolerance;
}
