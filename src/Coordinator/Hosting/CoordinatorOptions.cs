using System.ComponentModel.DataAnnotations;

namespace Coordinator.Hosting;

/// <summary>
/// What can be set in the section <c>Coordinator</c>. Every value is checked at start, and every wrong one is reported.
/// Times are written as hours:minutes:seconds, for example <c>00:05:00</c>.
/// </summary>
internal sealed class CoordinatorOptions
{
    public const string Section = "Coordinator";

    /// <summary>
    /// The directory of the database and its lock. A relative one is taken from where the coordinator is started, so that
    /// every project has its own. Created, for its owner alone, if it does not exist.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = ".coordinator";

    /// <summary>
    /// How long a runner may be offline before its runs are given up as RUNNER_LOST. Time in which the coordinator itself
    /// was down does not count. 0.1 s to 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "7.00:00:00")]
    public TimeSpan RunnerLostAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The time between SIGTERM and SIGKILL when a stop names none. 0 s to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DefaultGracePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a run waits for a runner when its start names no time. 1 s to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan DefaultQueueTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often runners are told to send a sign of life. 0.1 s to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a watch on which nothing happens gets a sign of life. gRPC-Web over HTTP/1.1 has no pings, so this is how
    /// a browser finds out that its connection is dead. 0.1 s to 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan WatchHeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many runs may wait for a runner; starts beyond are refused with QUEUE_FULL. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPendingRuns { get; set; } = 10_000;

    /// <summary>
    /// How many bytes of events of one run are stored; what its agent says after that stays on the runner, and the timeline says so.
    /// 64 KiB to 64 GiB.
    /// </summary>
    [Range(64L * 1024, 64L * 1024 * 1024 * 1024)]
    public long MaxRunEventBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How many watches may be open at a time; those beyond are refused with TOO_MANY_WATCHERS. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWatchers { get; set; } = 2_000;
}
