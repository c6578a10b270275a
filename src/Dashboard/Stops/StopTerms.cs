namespace Coordinator.Dashboard.Stops;

/// <summary>What the person decided in the dialog.</summary>
/// <param name="Grace">Between SIGTERM and SIGKILL.</param>
/// <param name="Reason">For the record; may be empty.</param>
/// <param name="IncludeChildren">Stop the active descendants too.</param>
/// <param name="Force">SIGKILL at once.</param>
internal sealed record StopTerms(TimeSpan Grace, string Reason, bool IncludeChildren, bool Force)
{
    /// <summary>The coordinator's default too; sent explicitly, so that what the dialog says is what happens.</summary>
    public static TimeSpan DefaultGrace { get; } = TimeSpan.FromSeconds(10);
}
