using Coordinator.Model;

namespace Coordinator.Dispatch;

/// <summary>What one batch looks at of what waits, the oldest run of all demands first.</summary>
internal sealed class DispatchPart
{
    private readonly WaitingRuns _waiting;
    private readonly Dictionary<Demand, Look> _looks = [];
    private readonly PriorityQueue<Look, string> _next = new(StringComparer.Ordinal);

    /// <param name="waiting">What waits since earlier batches.</param>
    /// <param name="runs">Those that wait in this batch; all that are new are looked at.</param>
    public DispatchPart(WaitingRuns waiting, IEnumerable<Run> runs)
    {
        _waiting = waiting;
        foreach (Run run in runs)
        {
            Demand demand = Demand.Of(run);
            if (waiting.Contains(demand, run.RunId))
                continue;
            At(demand).New.Add(run.RunId);
            New++;
        }
    }

    /// <summary>How many runs are new.</summary>
    public int New { get; }

    /// <summary>Those that were to be looked at again, and of whose runs none is, as long as nothing changes.</summary>
    public IEnumerable<Demand> Finished => _looks.Values.Where(look => look is { IsFinished: true, IsStale: true }).Select(look => look.Demand);

    /// <summary>Those that the batch left to a later one.</summary>
    public IEnumerable<Demand> Unfinished => _looks.Values.Where(look => !look.IsFinished).Select(look => look.Demand);

    /// <summary>Runs that ask for this may get a slot now.</summary>
    public void LookAt(IEnumerable<Demand> demands)
    {
        foreach (Demand demand in demands)
            At(demand);
    }

    /// <summary>As <see cref="LookAt"/>, and they may be waiting for another reason than before.</summary>
    public void LookAgainAt(IEnumerable<Demand> demands)
    {
        foreach (Demand demand in demands)
            At(demand).IsStale = true;
    }

    /// <summary>Starts with the oldest run of each demand.</summary>
    public void Start()
    {
        foreach (Look look in _looks.Values)
        {
            IEnumerable<string> before = _waiting.Find(look.Demand) is { } queue ? queue.Reasons.Keys : [];
            look.Runs = Merge(before, look.New).GetEnumerator();
            GoOn(look);
        }
    }

    /// <summary>The oldest run that is left; null if there is none.</summary>
    public Look? Take() => _next.TryDequeue(out Look? look, out _) ? look : null;

    /// <summary>The next run that asks for the same has its turn, when all older ones have had theirs.</summary>
    public void GoOn(Look look)
    {
        if (look.Runs.MoveNext())
            _next.Enqueue(look, look.Runs.Current);
    }

    /// <summary>Those that ask for something that no runner has a slot for, or that have all been placed.</summary>
    public IEnumerable<Look> Exhausted()
    {
        HashSet<Look> waiting = [.. _next.UnorderedItems.Select(item => item.Element)];
        return _looks.Values.Where(look => !waiting.Contains(look));
    }

    /// <summary>The runs that were not told this reason yet.</summary>
    public IEnumerable<string> Untold(Look look, string reason)
    {
        IEnumerable<string> before = look.IsStale && _waiting.Find(look.Demand) is { } queue ? queue.Reasons.Where(r => r.Value != reason).Select(r => r.Key) : [];
        return before.Concat(look.New);
    }

    private Look At(Demand demand)
    {
        if (!_looks.TryGetValue(demand, out Look? look))
            _looks.Add(demand, look = new Look(demand));
        return look;
    }

    /// <summary>New ones may be older than those before: a run can come back to the queue.</summary>
    private static IEnumerable<string> Merge(IEnumerable<string> before, SortedSet<string> added)
    {
        Queue<string> rest = new(added);
        foreach (string runId in before)
        {
            while (rest.TryPeek(out string? next) && string.CompareOrdinal(next, runId) < 0)
                yield return rest.Dequeue();
            yield return runId;
        }

        foreach (string runId in rest)
            yield return runId;
    }

    /// <summary>Where the batch is with the runs that ask for the same.</summary>
    internal sealed class Look(Demand demand)
    {
        public Demand Demand => demand;

        /// <summary>Whether those that have waited longer may have to be told another reason.</summary>
        public bool IsStale { get; set; }

        /// <summary>Whether all were given to runners, or know why not.</summary>
        public bool IsFinished { get; set; }

        public SortedSet<string> New { get; } = new(StringComparer.Ordinal);

        public IEnumerator<string> Runs { get; set; } = Enumerable.Empty<string>().GetEnumerator();

        public string RunId => Runs.Current;
    }
}
