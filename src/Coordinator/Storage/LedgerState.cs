namespace Coordinator.Storage;

/// <summary>The one row of counters that must survive even if every session is deleted.</summary>
internal sealed class LedgerState
{
    public const int TheOne = 1;

    public int Id { get; init; } = TheOne;

    /// <summary>The newest revision given to any session.</summary>
    public long Revision { get; set; }

    /// <summary>How many sessions there are; counting a million rows takes too long for every list and every watch.</summary>
    public long SessionCount { get; set; }

    /// <summary>Deletions up to this revision are no longer remembered; watchers from before it need a snapshot.</summary>
    public long ForgottenRevision { get; set; }

    /// <summary>The coordinator whose database this is; empty before its first start.</summary>
    public string CoordinatorId { get; set; } = "";

    /// <summary>When something was last written for no other purpose than to see that it can be.</summary>
    public DateTimeOffset CheckTime { get; set; }
}
