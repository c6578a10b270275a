namespace Coordinator.Model;

/// <summary>How times of the runner were brought to the coordinator's clock.</summary>
internal sealed record ClockReading(TimeSpan Offset, TimeSpan Uncertainty);
