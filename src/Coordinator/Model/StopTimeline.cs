namespace Coordinator.Model;

/// <summary>
/// Puts the runner's times into a stop's record. They were mapped to the coordinator's clock with a measured offset,
/// which is right only within its uncertainty; a time that would lie before its predecessor is moved up to it, and the
/// record says that this was done, so that nobody reads a precision into it that the clocks do not have.
/// </summary>
internal static class StopTimeline
{
    /// <param name="sent">When it was written to the runner's connection.</param>
    public static void Received(StopState stop, DateTimeOffset sent, DateTimeOffset time, ClockReading clock)
    {
        stop.SentTime = sent > stop.RequestedTime ? sent : stop.RequestedTime;
        Received(stop, time, clock);
    }

    public static void Received(StopState stop, DateTimeOffset time, ClockReading clock) =>
        stop.ReceivedTime ??= Place(stop, time, clock, stop.SentTime ?? stop.RequestedTime);

    public static void Signalled(StopState stop, DateTimeOffset time, ClockReading clock) =>
        stop.SignalledTime ??= Place(stop, time, clock, stop.ReceivedTime ?? stop.SentTime ?? stop.RequestedTime);

    public static void Killed(StopState stop, DateTimeOffset time, ClockReading clock)
    {
        stop.KilledTime ??= Place(stop, time, clock, Latest(stop));
        stop.Escalated = true;
    }

    public static void Ended(StopState stop, DateTimeOffset time, ClockReading clock) =>
        stop.EndedTime ??= Place(stop, time, clock, Latest(stop));

    /// <summary>The newest time in the record.</summary>
    public static DateTimeOffset Latest(StopState stop) =>
        stop.KilledTime ?? stop.SignalledTime ?? stop.ReceivedTime ?? stop.SentTime ?? stop.RequestedTime;

    private static DateTimeOffset Place(StopState stop, DateTimeOffset time, ClockReading clock, DateTimeOffset notBefore)
    {
        stop.ClockOffset = clock.Offset;
        stop.ClockUncertainty = clock.Uncertainty;
        if (time >= notBefore)
            return time;
        stop.ClockAdjusted = true;
        return notBefore;
    }
}
