using System.ComponentModel.DataAnnotations;

namespace Coordinator.Timelines;

/// <summary>How watches are kept open. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class WatchOptions
{
    /// <summary>
    /// How often a watch on which nothing happens gets a sign of life. gRPC-Web over HTTP/1.1 has no pings, so this is how
    /// a browser finds out that its connection is dead. 0.1 s to 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan WatchHeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many watches may be open at a time; those beyond are refused with TOO_MANY_WATCHERS. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWatchers { get; set; } = 2_000;
}
