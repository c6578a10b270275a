using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Journal;

/// <summary>What all records of a journal amount to. Not thread-safe.</summary>
internal sealed class JournalState
{
    private readonly Dictionary<RunKey, JournalEntry> _entries = [];

    /// <summary>By claim, the oldest claim of a run first.</summary>
    public IEnumerable<JournalEntry> Entries => _entries.Values.OrderBy(entry => entry.Key.Epoch);

    public JournalEntry Of(RunKey key) => _entries.GetValueOrDefault(key) ?? new JournalEntry(key);

    public void Apply(JournalRecord record)
    {
        switch (record)
        {
            case JournalRecord.Claimed claimed:
                Set(Of(claimed.Key) with { IsClaimed = true });
                break;
            case JournalRecord.Spawning spawning:
                Set(Of(spawning.Key) with { WasSpawned = true });
                break;
            case JournalRecord.Spawned spawned:
                Set(Of(spawned.Key) with { WasSpawned = true, Trace = spawned.Trace });
                break;
            case JournalRecord.Stopped stopped:
                Set(Of(stopped.Key) with { WasStopped = true });
                break;
            case JournalRecord.Ended ended:
                RunKey key = RunKey.Of(ended.End.Header);
                Set(Of(key) with { End = ended.End, EndedAt = ended.At, IsSettled = false });
                break;
            case JournalRecord.Settled settled:
                Settle(settled.Key);
                break;
        }
    }

    /// <summary>Forgets tombstones that are too old or too many.</summary>
    public void Prune(DateTimeOffset now)
    {
        DateTimeOffset oldest = now - Tombstones.KeptFor;
        JournalEntry[] tombstones =
            [.. _entries.Values.Where(entry => entry.IsSettled).OrderByDescending(entry => entry.EndedAt)];
        for (int i = 0; i < tombstones.Length; i++)
        {
            if (i >= Tombstones.Limit || tombstones[i].EndedAt < oldest)
                _entries.Remove(tombstones[i].Key);
        }
    }

    private void Settle(RunKey key)
    {
        if (_entries.GetValueOrDefault(key)?.End is { } end)
            Set(Of(key) with { IsSettled = true, End = Tombstones.ToTombstone(end) });
        else
            _entries.Remove(key);
    }

    private void Set(JournalEntry entry) => _entries[entry.Key] = entry;
}
