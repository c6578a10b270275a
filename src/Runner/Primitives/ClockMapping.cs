using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Primitives;

/// <summary>How the runner's clock is mapped to the coordinator's. Immutable.</summary>
/// <param name="Offset">What is added to the runner's clock to get the coordinator's.</param>
/// <param name="Uncertainty">How far a mapped time can be off in either direction.</param>
internal sealed record ClockMapping(TimeSpan Offset, TimeSpan Uncertainty)
{
    /// <summary>Nothing was measured yet: the clocks are taken to agree, which may be off by anything.</summary>
    public static ClockMapping Unmeasured { get; } = new(TimeSpan.Zero, TimeSpan.FromDays(1));

    public Timestamp Map(DateTimeOffset runnerTime) => Timestamp.FromDateTimeOffset(runnerTime + Offset);

    public Proto.ClockReading ToReading() => new()
    {
        Offset = Duration.FromTimeSpan(Offset),
        Uncertainty = Duration.FromTimeSpan(Uncertainty),
    };
}
