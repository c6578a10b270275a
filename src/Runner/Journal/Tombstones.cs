using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Journal;

/// <summary>
/// The ends of claims that are over on this runner, each as the report that told it. Whoever asks again for a claim
/// that is over (a stop that overtook its start, a command that came twice) gets that same report again. Kept for an
/// hour, and never more than <see cref="Limit"/>. Not thread-safe: the table's lock guards it.
/// </summary>
internal sealed class Tombstones(RunnerClock clock)
{
    internal const int Limit = 10_000;
    internal static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Tombstone> _byRun = new(StringComparer.Ordinal);
    private readonly Queue<Tombstone> _oldestFirst = new();

    public int Count => _byRun.Count;

    public Proto.RunEnded? Find(string runId) => _byRun.GetValueOrDefault(runId)?.End;

    /// <summary>What is kept of a report: everything but the result, which may be long.</summary>
    public static Proto.RunEnded ToTombstone(Proto.RunEnded end)
    {
        Proto.RunEnded kept = end.Clone();
        kept.ResultText = "";
        return kept;
    }

    public void Add(Proto.RunEnded end) => Add(end, clock.Now);

    /// <summary>Adds the end of an earlier life of the runner; the oldest first.</summary>
    public void Add(Proto.RunEnded end, DateTimeOffset since)
    {
        Tombstone tombstone = new(ToTombstone(end), since);
        _byRun[end.Header.RunId] = tombstone;
        _oldestFirst.Enqueue(tombstone);
        while (_oldestFirst.Count > Limit || _oldestFirst.Peek().Since + KeptFor < clock.Now)
        {
            Tombstone oldest = _oldestFirst.Dequeue();
            string runId = oldest.End.Header.RunId;
            if (_byRun.TryGetValue(runId, out Tombstone? current) && current == oldest)
                _byRun.Remove(runId);
        }
    }

    private sealed class Tombstone(Proto.RunEnded end, DateTimeOffset since)
    {
        public Proto.RunEnded End => end;

        public DateTimeOffset Since => since;
    }
}
