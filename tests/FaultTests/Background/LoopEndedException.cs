namespace Coordinator.FaultTests.Background;

/// <summary>Something that was to go on beside a test has ended.</summary>
internal sealed class LoopEndedException(string name, Exception? cause)
    : Exception($"{name} ended before it was told to: {cause?.Message ?? "it just returned"}", cause);
