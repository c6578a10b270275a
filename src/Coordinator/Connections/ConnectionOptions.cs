using System.ComponentModel.DataAnnotations;

namespace Coordinator.Connections;

/// <summary>How runners are kept in touch with. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class ConnectionOptions
{
    /// <summary>How often runners are told to send a sign of life. 0.1 s to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a runner may be offline before its runs are given up as RUNNER_LOST. Time in which the coordinator itself
    /// was down does not count. 0.1 s to 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "7.00:00:00")]
    public TimeSpan RunnerLostAfter { get; set; } = TimeSpan.FromMinutes(5);
}
