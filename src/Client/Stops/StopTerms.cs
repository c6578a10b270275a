namespace Coordinator.Client.Stops;

/// <summary>How a stop is carried out, as a person decided.</summary>
/// <param name="Grace">Between SIGTERM and SIGKILL; without effect for a stop by force.</param>
/// <param name="Reason">For the record; may be empty.</param>
/// <param name="IncludeChildren">Stop the active descendants too.</param>
/// <param name="Force">SIGKILL at once.</param>
public sealed record StopTerms(TimeSpan Grace, string Reason, bool IncludeChildren, bool Force)
{
    /// <summary>The coordinator's default too; sent explicitly, so that what people are told is what happens.</summary>
    public static TimeSpan DefaultGrace { get; } = TimeSpan.FromSeconds(10);
}
