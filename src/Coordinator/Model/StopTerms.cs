namespace Coordinator.Model;

/// <summary>What was asked for with a stop.</summary>
/// <param name="IncludeChildren">Whether the active descendants of the session are stopped with it.</param>
internal sealed record StopTerms(Origin Origin, string Reason, TimeSpan GracePeriod, bool Force, bool IncludeChildren = false)
{
    /// <summary>When it was asked for, if that was before it could be stored.</summary>
    public DateTimeOffset? RequestedTime { get; init; }
}
