using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Primitives;

/// <summary>Reads times off the wire. Whatever the fields hold, it must not keep a command from being carried out.</summary>
internal static class WireTimes
{
    /// <summary>The beginning of the year 3000 in seconds since 1970.</summary>
    private const long TooLate = 32_503_680_000;

    /// <summary>The moment; null if there is none, or none that a clock would show.</summary>
    public static DateTimeOffset? ToMoment(this Timestamp? time) =>
        time is { Seconds: >= 0 and < TooLate, Nanos: >= 0 and < 1_000_000_000 } ? time.ToDateTimeOffset() : null;

    /// <summary>The nearest duration in a range.</summary>
    public static TimeSpan Within(this Duration duration, TimeSpan least, TimeSpan most) => TimeSpan.FromSeconds(
        Math.Clamp(duration.Seconds + (duration.Nanos / 1e9), least.TotalSeconds, most.TotalSeconds));
}
