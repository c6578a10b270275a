namespace Coordinator.Dashboard.Output;

/// <summary>Events to ask for.</summary>
/// <param name="AfterSequence">The last one before them.</param>
/// <param name="Count">How many.</param>
internal readonly record struct MissingEvents(long AfterSequence, int Count);
