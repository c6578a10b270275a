using Coordinator.Model;

namespace Coordinator.Dispatch;

/// <summary>
/// The runs that wait for a runner, as of the newest commit, by what they ask for: who has a free slot finds those it
/// matches without looking at the others. Says where to look; what is true of a run says its row.
/// </summary>
/// <remarks>Used by the ledger alone.</remarks>
internal sealed class WaitingRuns
{
    private readonly Dictionary<Demand, WaitingQueue> _queues = [];
    private readonly Index _byRunner = new(StringComparer.Ordinal);
    private readonly Index _byHostname = new(StringComparer.OrdinalIgnoreCase);
    private readonly Index _byExecutor = new(StringComparer.Ordinal);

    /// <summary>Those that would take any runner that has the executor and the tags.</summary>
    private readonly HashSet<WaitingQueue> _open = [];

    public int Count { get; private set; }

    public IEnumerable<Demand> Demands => _queues.Keys;

    public WaitingQueue? Find(Demand demand) => _queues.GetValueOrDefault(demand);

    public bool Contains(Demand demand, string runId) => Find(demand) is { } queue && queue.Reasons.ContainsKey(runId);

    /// <summary>What the runs that a runner could take ask for.</summary>
    public IEnumerable<Demand> MetBy(RunnerProfile runner) => Near(runner).Where(d => d.IsMetBy(runner));

    /// <summary>As <see cref="MetBy"/>, with what the runner could take if it could start its executors.</summary>
    public IEnumerable<Demand> Concerning(RunnerProfile runner) =>
        Near(runner).Where(d => d.IsMetBy(runner) || d.BlockedOn(runner) is not null);

    public IEnumerable<Demand> WithExecutor(string executor) => _byExecutor.Find(executor).Select(q => q.Demand);

    /// <summary>The run waits, and was told this reason.</summary>
    public void Put(string runId, Demand demand, string reason)
    {
        if (!_queues.TryGetValue(demand, out WaitingQueue? queue))
            Add(queue = new WaitingQueue(demand));
        if (!queue.Reasons.ContainsKey(runId))
            Count++;
        queue.Reasons[runId] = reason;
    }

    /// <summary>The run does not wait any more, if it did.</summary>
    public void Remove(string runId, Demand demand)
    {
        if (Find(demand) is not { } queue || !queue.Reasons.Remove(runId))
            return;
        Count--;
        if (queue.Reasons.Count == 0)
            Remove(queue);
    }

    private IEnumerable<Demand> Near(RunnerProfile runner) =>
        _open.Concat(_byRunner.Find(runner.RunnerId)).Concat(_byHostname.Find(runner.Hostname)).Select(q => q.Demand);

    private void Add(WaitingQueue queue)
    {
        _queues.Add(queue.Demand, queue);
        _byExecutor.Add(queue.Demand.Executor, queue);
        RunDemands runner = queue.Demand.Runner;
        if (runner.RunnerId.Length > 0)
            _byRunner.Add(runner.RunnerId, queue);
        else if (runner.Hostname.Length > 0)
            _byHostname.Add(runner.Hostname, queue);
        else
            _open.Add(queue);
    }

    private void Remove(WaitingQueue queue)
    {
        _queues.Remove(queue.Demand);
        _byExecutor.Remove(queue.Demand.Executor, queue);
        _byRunner.Remove(queue.Demand.Runner.RunnerId, queue);
        _byHostname.Remove(queue.Demand.Runner.Hostname, queue);
        _open.Remove(queue);
    }

    private sealed class Index(StringComparer comparer)
    {
        private static readonly HashSet<WaitingQueue> None = [];

        private readonly Dictionary<string, HashSet<WaitingQueue>> _entries = new(comparer);

        public HashSet<WaitingQueue> Find(string name) => _entries.GetValueOrDefault(name) ?? None;

        public void Add(string name, WaitingQueue queue)
        {
            if (!_entries.TryGetValue(name, out HashSet<WaitingQueue>? entry))
                _entries.Add(name, entry = []);
            entry.Add(queue);
        }

        public void Remove(string name, WaitingQueue queue)
        {
            if (_entries.TryGetValue(name, out HashSet<WaitingQueue>? entry) && entry.Remove(queue) && entry.Count == 0)
                _entries.Remove(name);
        }
    }
}

/// <summary>The runs that ask for the same, oldest first, each with the reason it was told for waiting.</summary>
internal sealed class WaitingQueue(Demand demand)
{
    public Demand Demand => demand;

    public SortedDictionary<string, string> Reasons { get; } = new(StringComparer.Ordinal);
}
