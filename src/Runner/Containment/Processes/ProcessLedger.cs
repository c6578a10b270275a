namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>Every process of one run that was ever seen alive.</summary>
internal sealed class ProcessLedger
{
    private const int Described = 5;

    private readonly Lock _gate = new();
    private readonly HashSet<ProcessIdentity> _seen = [];
    private readonly OrderedDictionary<ProcessIdentity, string> _named = [];

    /// <summary>The names of the first ones; a process that ran another program meanwhile has the name of that.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return [.. _named.Values];
            }
        }
    }

    public void Note(ProcessStat process)
    {
        lock (_gate)
        {
            var isNew = _seen.Add(process.Identity);
            if (isNew ? _named.Count < IRunContainer.NamedProcesses : _named.ContainsKey(process.Identity))
            {
                _named[process.Identity] = process.Name;
            }
        }
    }

    public bool Contains(ProcessIdentity identity)
    {
        lock (_gate)
        {
            return _seen.Contains(identity);
        }
    }

    public ProcessCensus Empty()
    {
        lock (_gate)
        {
            return new(0, _seen.Count, "");
        }
    }

    /// <param name="found">The processes found; the dead among them are left out.</param>
    /// <param name="otherwise">
    /// What holds the run open if none of them is alive: it is counted as one, because the proof that nothing is left
    /// is still missing.
    /// </param>
    /// <param name="alive">How many of them are alive.</param>
    public ProcessCensus Count(IEnumerable<ProcessStat> found, string otherwise, out int alive)
    {
        List<ProcessStat> living = [.. found.Where(p => p.IsAlive)];
        living.ForEach(Note);
        alive = living.Count;
        var detail = alive == 0 ? otherwise : string.Join(", ", living.Take(Described).Select(p => p.Description));
        return Empty() with { Alive = Math.Max(1, alive), Detail = detail };
    }
}
