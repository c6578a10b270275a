using System.ComponentModel.DataAnnotations;

namespace Coordinator.Sessions;

/// <summary>How runs wait for a runner. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class QueueOptions
{
    /// <summary>How long a run waits for a runner when its start names no time. 1 s to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan DefaultQueueTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many runs may wait for a runner; starts beyond are refused with QUEUE_FULL. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPendingRuns { get; set; } = 10_000;
}
