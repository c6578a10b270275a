using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>The one row of what must survive even if every session is deleted. It hardly ever changes.</summary>
internal sealed class LedgerState : IVersioned
{
    public const int TheOne = 1;

    public int Id { get; init; } = TheOne;

    /// <summary>Deletions up to this revision are no longer remembered; watchers from before it need a snapshot.</summary>
    public long ForgottenRevision { get; set; }

    /// <summary>The coordinator whose database this is; empty before its first start.</summary>
    public string CoordinatorId { get; set; } = "";

    public long Version { get; set; }

    /// <summary>When something was last written for no other purpose than to see that it can be.</summary>
    public DateTimeOffset CheckTime { get; set; }
}
