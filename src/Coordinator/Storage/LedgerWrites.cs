using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>
/// What one commit is to write, all or nothing. Every changed row names the version that the decision rests on; so does every row
/// that was only looked at (<see cref="Guards"/>). If one of them has another version by now, nothing is written.
/// </summary>
internal sealed class LedgerWrites
{
    /// <summary>Names the commit, so that one whose answer was lost can be asked for.</summary>
    public required string BatchId { get; init; }

    public required DateTimeOffset Time { get; init; }

    public IReadOnlyList<RowWrite<Session>> Sessions { get; init; } = [];

    public IReadOnlyList<RowWrite<Run>> Runs { get; init; } = [];

    public IReadOnlyList<RowWrite<RegisteredRunner>> Runners { get; init; } = [];

    /// <summary>Texts of new runs.</summary>
    public IReadOnlyList<RunText> Texts { get; init; } = [];

    /// <summary>What came of runs, by their ids.</summary>
    public IReadOnlyDictionary<string, string> Results { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<EventChunk> Events { get; init; } = [];

    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    /// <summary>Rows that were looked at and are not written.</summary>
    public IReadOnlyList<RowGuard> Guards { get; init; } = [];

    /// <summary>Sessions that go with all that belongs to them.</summary>
    public IReadOnlyList<RowGuard> DeletedSessions { get; init; } = [];

    public IReadOnlyList<RowGuard> DeletedRunners { get; init; } = [];

    /// <summary>Null if it does not change.</summary>
    public LedgerState? State { get; init; }

    /// <summary>The sessions of which watchers are told, in the order of the revisions that they get.</summary>
    public IReadOnlyList<Session> Changed { get; init; } = [];

    /// <summary>Deletions up to this revision are not remembered any longer; 0 if all are.</summary>
    public long ForgottenRevision { get; init; }

    /// <summary>Whether there is nothing to write. Then nothing has to be committed, whatever was looked at.</summary>
    public bool IsEmpty => Sessions.Count + Runs.Count + Runners.Count + Texts.Count + Results.Count + Events.Count + Audit.Count
        + DeletedSessions.Count + DeletedRunners.Count == 0 && State is null && ForgottenRevision == 0;

    /// <summary>How many revisions the commit takes.</summary>
    public int Revisions => Changed.Count + DeletedSessions.Count;

    /// <summary>Gives the changed sessions their revisions; those of the deleted ones follow.</summary>
    /// <param name="first">Greater than any that was given before.</param>
    public void Number(long first)
    {
        foreach (Session session in Changed)
            session.Commit(first++, Time);
    }
}

/// <summary>One row that is written.</summary>
/// <param name="Entity">As it is to be.</param>
/// <param name="Kind">How much of it is written.</param>
internal readonly record struct RowWrite<T>(T Entity, RowWriteKind Kind)
    where T : class;

internal enum RowWriteKind
{
    Insert,

    /// <summary>Everything that can change but the counters; the version before must be the entity's, which becomes one more.</summary>
    Change,

    /// <summary>As <see cref="Change"/>, and the counters.</summary>
    ChangeAndCount,

    /// <summary>The counters alone, whatever the version is.</summary>
    Count,
}

/// <summary>A row by its id, and the version that it must have.</summary>
internal readonly record struct RowGuard(RowGuardKind Kind, string Id, long Version);

internal enum RowGuardKind
{
    Session,
    Run,
    Runner,
}
