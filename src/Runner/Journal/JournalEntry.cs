using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Journal;

/// <summary>What a journal says of one claim. Immutable.</summary>
internal sealed record JournalEntry(RunKey Key)
{
    public bool IsClaimed { get; init; }

    /// <summary>Something of it may be alive, or may have been.</summary>
    public bool WasSpawned { get; init; }

    /// <summary>How to find what it spawned; null if that was never learned.</summary>
    public ContainerTrace? Trace { get; init; }

    public bool WasStopped { get; init; }

    /// <summary>The report that ends it.</summary>
    public Proto.RunEnded? End { get; init; }

    public DateTimeOffset EndedAt { get; init; }

    /// <summary>The coordinator knows the end: what is left is a tombstone.</summary>
    public bool IsSettled { get; init; }

    /// <summary>The records that say so, and nothing that does not matter any more.</summary>
    public IEnumerable<JournalRecord> ToRecords()
    {
        if (End is not null)
        {
            yield return new JournalRecord.Ended(End, EndedAt);
            if (IsSettled)
                yield return new JournalRecord.Settled(Key);
            yield break;
        }

        if (IsClaimed)
            yield return new JournalRecord.Claimed(Key);
        if (WasSpawned)
            yield return new JournalRecord.Spawning(Key);
        if (Trace is not null)
            yield return new JournalRecord.Spawned(Key, Trace);
        if (WasStopped)
            yield return new JournalRecord.Stopped(Key);
    }
}
