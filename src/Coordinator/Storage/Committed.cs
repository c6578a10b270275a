using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>
/// What one commit changed, and what follows from it: data alone, so that it can be told to whoever has to know, wherever that is.
/// Taken in by <see cref="ICommitListener"/>s.
/// </summary>
internal sealed class Committed
{
    /// <summary>The time of the transaction.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The sessions as they are after the commit, in order of revision.</summary>
    public required IReadOnlyList<SessionChange> Sessions { get; init; }

    /// <summary>The newest revision that the commit gave to a session; 0 if it gave none.</summary>
    public long Revision => Sessions.Count == 0 ? 0 : Sessions[^1].Revision;

    /// <summary>Ids of sessions whose timelines grew or ended.</summary>
    public required IReadOnlyCollection<string> Timelines { get; init; }

    /// <summary>Ids of runners of which something that is shown to operators changed.</summary>
    public required IReadOnlyCollection<string> Runners { get; init; }

    /// <summary>The runs that were made or changed.</summary>
    public required IReadOnlyList<Run> Runs { get; init; }

    /// <summary>The events that runs took in, in order.</summary>
    public required IReadOnlyList<RunTransition> Transitions { get; init; }

    /// <summary>What changed about the connections of runners, in order.</summary>
    public required IReadOnlyList<ConnectionChange> Connections { get; init; }

    /// <summary>What runners are to be told, in order.</summary>
    public required IReadOnlyList<RunnerCommand> Commands { get; init; }

    /// <summary>What the dispatch of the transaction looked at; null if there was none.</summary>
    public DispatchOutcome? Dispatched { get; init; }
}
