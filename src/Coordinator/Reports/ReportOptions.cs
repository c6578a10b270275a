using System.ComponentModel.DataAnnotations;

namespace Coordinator.Reports;

/// <summary>What is stored of what agents say. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class ReportOptions
{
    /// <summary>
    /// How many bytes of events of one run are stored; what its agent says after that stays on the runner, and the timeline says so.
    /// 64 KiB to 64 GiB.
    /// </summary>
    [Range(64L * 1024, 64L * 1024 * 1024 * 1024)]
    public long MaxRunEventBytes { get; set; } = 256 * 1024 * 1024;
}
