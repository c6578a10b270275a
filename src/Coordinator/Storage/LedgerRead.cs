using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>What the store had of what was asked for, as of one moment; the same entity may be in it twice.</summary>
internal sealed class LedgerRead
{
    /// <summary>The time of the read, by the clock that all coordinators of the store share.</summary>
    public required DateTimeOffset Time { get; init; }

    public List<Session> Sessions { get; } = [];

    public List<Run> Runs { get; } = [];

    public List<RunText> Texts { get; } = [];

    public List<RegisteredRunner> Runners { get; } = [];

    public LedgerState? State { get; set; }
}
