using Coordinator.Runs;

namespace Coordinator.Stops;

/// <summary>A stop as it was asked for, checked and with its defaults filled in.</summary>
/// <param name="IncludeChildren">Whether the active descendants of a session are stopped with it.</param>
internal sealed record StopOrder(StopTerms Terms, bool IncludeChildren);
