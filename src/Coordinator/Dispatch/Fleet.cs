using Coordinator.Model;

namespace Coordinator.Dispatch;

/// <summary>
/// The connected runners, as of the newest commit, so that the one that meets a demand and has the most free slots is
/// found without looking at all: runners with the same executors and tags are kept together, by their free slots. Executors
/// that cannot be started are the same if that has the same reason.
/// </summary>
/// <remarks>Used by the ledger alone.</remarks>
internal sealed class Fleet
{
    private readonly Dictionary<string, FleetMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FleetKind> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FleetMember>> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _executors = new(StringComparer.Ordinal);

    public int Count => _members.Count;

    public FleetMember? Find(string runnerId) => _members.GetValueOrDefault(runnerId);

    /// <summary>How many of them have it, whether they can start it or not.</summary>
    public int CountWith(string executor) => _executors.GetValueOrDefault(executor);

    /// <summary>The newest connection of a runner replaces the one before.</summary>
    /// <param name="held">How many runs take its slots.</param>
    public FleetMember Add(RunnerProfile profile, long epoch, int held, bool isDraining)
    {
        Remove(profile.RunnerId);
        string key = FleetKind.KeyOf(profile);
        if (!_kinds.TryGetValue(key, out FleetKind? kind))
            _kinds.Add(key, kind = new FleetKind(key, profile));
        FleetMember member = new(profile, epoch, kind) { Free = profile.Capacity - held, IsDraining = isDraining };
        _members.Add(profile.RunnerId, member);
        kind.Add(member);
        if (!_hosts.TryGetValue(profile.Hostname, out List<FleetMember>? host))
            _hosts.Add(profile.Hostname, host = []);
        host.Add(member);
        foreach (ExecutorInfo executor in profile.Executors)
            _executors[executor.Name] = CountWith(executor.Name) + 1;
        return member;
    }

    public void Remove(string runnerId)
    {
        if (Find(runnerId) is not { } member)
            return;
        _members.Remove(runnerId);
        member.Kind.Remove(member);
        if (member.Kind.Count == 0)
            _kinds.Remove(member.Kind.Key);
        List<FleetMember> host = _hosts[member.Profile.Hostname];
        host.Remove(member);
        if (host.Count == 0)
            _hosts.Remove(member.Profile.Hostname);
        foreach (ExecutorInfo executor in member.Profile.Executors)
        {
            if (--_executors[executor.Name] == 0)
                _executors.Remove(executor.Name);
        }
    }

    /// <summary>The runner can start other executors than before, which puts it among others.</summary>
    public void Change(FleetMember member, IReadOnlyList<ExecutorInfo> executors)
    {
        RunnerProfile changed = member.Profile with { Executors = executors };
        Add(changed, member.Epoch, member.Profile.Capacity - member.Free, member.IsDraining).IsLeaving = member.IsLeaving;
    }

    /// <summary>How many runs it holds has changed, or whether it is draining.</summary>
    /// <param name="by">By how many runs more, or fewer.</param>
    /// <param name="isDraining">Without effect on one that is leaving: it is given no more runs whatever is wished.</param>
    public static void Update(FleetMember member, int by, bool isDraining)
    {
        // Its place among the others follows from both.
        member.Kind.Remove(member);
        member.Free -= by;
        member.IsDraining = isDraining || member.IsLeaving;
        member.Kind.Add(member);
    }

    /// <summary>The connection is about to end.</summary>
    public static void Leave(FleetMember member)
    {
        member.IsLeaving = true;
        Update(member, by: 0, isDraining: true);
    }

    /// <summary>Those that meet a demand, in groups that each begin with the one that has the most free slots.</summary>
    public IEnumerable<IEnumerable<FleetMember>> Meeting(Demand demand)
    {
        if (demand.Runner.RunnerId.Length > 0)
            return Find(demand.Runner.RunnerId) is { } named && demand.IsMetBy(named.Profile) ? [[named]] : [];
        if (demand.Runner.Hostname.Length > 0)
            return (_hosts.GetValueOrDefault(demand.Runner.Hostname) ?? []).Where(m => demand.IsMetBy(m.Profile)).Select(m => (FleetMember[])[m]);
        return _kinds.Values.Where(kind => demand.IsMetBy(kind.Example)).Select(kind => kind.Members);
    }

    /// <summary>For a person: why runs that ask for this are waiting, if nobody has a slot for them.</summary>
    public string Explain(Demand demand)
    {
        if (CountWith(demand.Executor) == 0)
            return PendingReasons.NoExecutor(demand.Executor);
        bool isMet = false;
        foreach (IEnumerable<FleetMember> group in Meeting(demand))
        {
            isMet = true;
            // Those that are draining come last in their group.
            if (group.Any(m => !m.IsDraining))
                return PendingReasons.Busy;
        }

        return isMet ? PendingReasons.Draining
            : ExplainBlocked(demand) ?? PendingReasons.NoMatch(demand);
    }

    /// <summary>
    /// Why those cannot start the executor that would meet the demand otherwise; null if there are none. Of several reasons
    /// always the same one: each change is written to every run that waits.
    /// </summary>
    private string? ExplainBlocked(Demand demand)
    {
        IEnumerable<RunnerProfile> near =
            demand.Runner.RunnerId.Length > 0 ? Find(demand.Runner.RunnerId) is { } named ? [named.Profile] : []
            : demand.Runner.Hostname.Length > 0 ? (_hosts.GetValueOrDefault(demand.Runner.Hostname) ?? []).Select(m => m.Profile)
            : _kinds.Values.Select(kind => kind.Example);
        return near.Select(demand.BlockedOn).OfType<ExecutorInfo>().Select(PendingReasons.CannotStart).Min(StringComparer.Ordinal);
    }
}

/// <summary>A connected runner at its place among those of its kind.</summary>
/// <param name="epoch">The fencing number of its connection.</param>
internal sealed class FleetMember(RunnerProfile profile, long epoch, FleetKind kind)
{
    public RunnerProfile Profile => profile;

    public string RunnerId => profile.RunnerId;

    public long Epoch => epoch;

    public FleetKind Kind => kind;

    /// <summary>
    /// Its free slots as of the newest commit; fewer than none if it holds more than it should. As everything of a member, changed by
    /// <see cref="Fleet"/> alone.
    /// </summary>
    public int Free { get; set; }

    /// <summary>Whether it is given no more runs: it is drained, or about to end.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Whether the connection is about to end, which no operator can take back.</summary>
    public bool IsLeaving { get; set; }
}

/// <summary>The connected runners that have the same executors and tags.</summary>
internal sealed class FleetKind(string key, RunnerProfile example)
{
    private readonly SortedSet<FleetMember> _members = new(Comparer<FleetMember>.Create(Compare));

    public string Key => key;

    public static string KeyOf(RunnerProfile runner) => string.Join('\0', [.. runner.Executors.Select(Describe), "", .. runner.Tags]);

    /// <summary>What all of them offer; their names differ.</summary>
    public RunnerProfile Example => example;

    public int Count => _members.Count;

    /// <summary>Those with the most free slots first, and those that are draining last.</summary>
    public IEnumerable<FleetMember> Members => _members;

    public void Add(FleetMember member) => _members.Add(member);

    public void Remove(FleetMember member) => _members.Remove(member);

    private static string Describe(ExecutorInfo executor) => executor.Available
        ? executor.Name
        : string.Join('\u0001', executor.Name, executor.UnavailableReason, executor.Remedy, executor.InstallCommand);

    private static int Compare(FleetMember a, FleetMember b) =>
        a.IsDraining != b.IsDraining ? a.IsDraining.CompareTo(b.IsDraining)
        : a.Free != b.Free ? b.Free.CompareTo(a.Free)
        : string.CompareOrdinal(a.RunnerId, b.RunnerId);
}
