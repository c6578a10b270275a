using Coordinator.Runs;

namespace Coordinator.Runners;

/// <summary>The slots that are free during one dispatch, and why a run gets none of them.</summary>
internal sealed class FreeSlots
{
    private readonly List<Slots> _runners;

    /// <param name="changes">By how many runs more each runner holds since its connection was last told.</param>
    public FreeSlots(IEnumerable<RunnerStream> streams, IReadOnlyDictionary<string, int> changes) =>
        _runners = [.. streams.Select(s => new Slots(s, s.Profile.Capacity - s.Held - changes.GetValueOrDefault(s.RunnerId)))];

    public bool Any => _runners.Any(r => r is { Free: > 0, Stream.Draining: false });

    /// <summary>Takes a slot of the matching runner that has the most free; null if none has any.</summary>
    public RunnerStream? Take(Run run)
    {
        Slots? best = _runners.Where(r => r is { Free: > 0, Stream.Draining: false } && Matches(r.Stream.Profile, run)).MaxBy(r => r.Free);
        if (best is null)
            return null;
        best.Free--;
        return best.Stream;
    }

    /// <summary>For a person: why the run is still waiting.</summary>
    public string Explain(Run run)
    {
        if (!_runners.Any(r => r.Stream.Profile.Executors.Contains(run.Executor)))
            return PendingReasons.NoExecutor(run.Executor);
        List<Slots> matching = [.. _runners.Where(r => Matches(r.Stream.Profile, run))];
        if (matching.Count == 0)
            return PendingReasons.NoMatch(run);
        return matching.All(r => r.Stream.Draining) ? PendingReasons.Draining : PendingReasons.Busy;
    }

    private static bool Matches(RunnerProfile runner, Run run) =>
        runner.Executors.Contains(run.Executor)
        && (run.Demands.RunnerId.Length == 0 || run.Demands.RunnerId == runner.RunnerId)
        && (run.Demands.Hostname.Length == 0 || run.Demands.Hostname.Equals(runner.Hostname, StringComparison.OrdinalIgnoreCase))
        && run.Demands.Tags.All(runner.Tags.Contains);

    private sealed class Slots(RunnerStream stream, int free)
    {
        public RunnerStream Stream => stream;

        public int Free { get; set; } = free;
    }
}
