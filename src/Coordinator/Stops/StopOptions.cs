using System.ComponentModel.DataAnnotations;

namespace Coordinator.Stops;

/// <summary>What a stop does when its caller does not say. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class StopOptions
{
    /// <summary>The time between SIGTERM and SIGKILL when a stop names none. 0 s to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DefaultGracePeriod { get; set; } = TimeSpan.FromSeconds(10);
}
