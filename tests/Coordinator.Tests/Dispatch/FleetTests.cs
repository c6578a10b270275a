using Coordinator.Dispatch;
using Coordinator.Model;

namespace Coordinator.Tests.Dispatch;

/// <summary>Who is found for a demand is whom one would find by looking at everybody.</summary>
public sealed class FleetTests
{
    private static readonly string[] Executors = ["command", "claude-code"];
    private static readonly string[] Tags = ["gpu", "arm64"];
    private static readonly string[] Hosts = ["alpha", "beta", "gamma", ""];

    private readonly Fleet _fleet = new();
    private readonly List<Known> _runners = [];
    private readonly Dictionary<string, int> _changes = [];
    private readonly HashSet<string> _withheld = [];

    [Fact]
    public void Best_AsTheFleetChanges_IsTheOneWithTheMostFreeSlots()
    {
        Random random = new(1);
        int found = 0;
        for (int step = 0; step < 3_000; step++)
        {
            Change(random);
            Demand demand = AnyDemand(random);

            FleetMember? best = new FreeSlots(_fleet, _changes, _withheld).Best(demand);

            Assert.Equal(Expected(demand)?.RunnerId, best?.RunnerId);
            found += best is null ? 0 : 1;
        }

        Assert.InRange(found, 500, 2_500);
    }

    [Fact]
    public void Explain_AsTheFleetChanges_SaysWhatKeepsTheRunWaiting()
    {
        Random random = new(2);
        HashSet<string> said = [];
        for (int step = 0; step < 3_000; step++)
        {
            Change(random);
            Demand demand = AnyDemand(random);

            string reason = _fleet.Explain(demand);

            Assert.Equal(ExpectedReason(demand), reason);
            said.Add(reason.Length > 40 ? reason[..30] : reason);
        }

        Assert.Contains(PendingReasons.Busy, said);
        Assert.Contains(PendingReasons.Draining, said);
        Assert.True(said.Count >= 4);
        Assert.Contains(said, reason => reason.StartsWith("No matching runner can start", StringComparison.Ordinal));
    }

    [Fact]
    public void Best_AsSlotsAreTaken_GoesOnToTheNext()
    {
        foreach (string id in (string[])["b", "a", "c"])
            Connect(Profile(id, Available("command"), [], "host", capacity: 2));
        FreeSlots slots = new(_fleet, _changes, _withheld);
        List<string?> given = [];
        for (int i = 0; i < 7; i++)
        {
            string? runner = slots.Best(new Demand("command", RunDemands.None))?.RunnerId;
            given.Add(runner);
            if (runner is not null)
                _changes[runner] = _changes.GetValueOrDefault(runner) + 1;
        }

        Assert.Equal(["a", "b", "c", "a", "b", "c", null], given);
    }

    [Fact]
    public void Freed_AreThoseThatCanTakeOneNow()
    {
        foreach (string id in (string[])["a", "b", "c"])
            Connect(Profile(id, Available("command"), [], "host", capacity: 1), held: id == "c" ? 2 : 1);
        foreach (string id in (string[])["a", "b", "c", "gone"])
            _changes[id] = -1;
        _withheld.Add("b");

        Assert.Equal(["a"], new FreeSlots(_fleet, _changes, _withheld).Freed.Select(r => r.RunnerId));
    }

    private void Change(Random random)
    {
        switch (random.Next(8))
        {
            case 7 when _runners.Count > 0:
                Known changed = Any(random, _runners);
                changed.Profile = changed.Profile with { Executors = [AnyExecutor(random)] };
                _fleet.Change(Member(changed), changed.Profile.Executors);
                break;
            case 0 or 1 when _runners.Count < 30:
                // A runner that is known has connected anew, perhaps as another one.
                Connect(AnyProfile(random), random.Next(5));
                break;
            case 2 when _runners.Count > 0:
                Known gone = Any(random, _runners);
                _fleet.Remove(gone.RunnerId);
                _runners.Remove(gone);
                break;
            case 3 when _runners.Count > 0:
                Known drained = Any(random, _runners);
                drained.IsDraining = !drained.IsDraining;
                Fleet.Update(Member(drained), by: 0, drained.IsDraining);
                break;
            case 4 when _runners.Count > 0:
                Known busy = Any(random, _runners);
                int held = random.Next(5);
                Fleet.Update(Member(busy), held - busy.Held, busy.IsDraining);
                busy.Held = held;
                break;
            case 5 when _runners.Count > 0:
                _changes[Any(random, _runners).RunnerId] = random.Next(-2, 3);
                break;
            case 6 when _runners.Count > 0:
                if (!_withheld.Remove(Any(random, _runners).RunnerId))
                    _withheld.Add(Any(random, _runners).RunnerId);
                break;
        }
    }

    private Known? Expected(Demand demand) => _runners
        .Where(s => !s.IsDraining && !_withheld.Contains(s.RunnerId) && demand.IsMetBy(s.Profile) && Free(s) > 0)
        .OrderByDescending(Free).ThenBy(s => s.RunnerId, StringComparer.Ordinal).FirstOrDefault();

    private string ExpectedReason(Demand demand)
    {
        if (!_runners.Any(s => s.Profile.Find(demand.Executor) is not null))
            return PendingReasons.NoExecutor(demand.Executor);
        List<Known> matching = [.. _runners.Where(s => demand.IsMetBy(s.Profile))];
        ExecutorInfo[] blocked = [.. _runners.Select(s => demand.BlockedOn(s.Profile)).OfType<ExecutorInfo>()];
        return matching.Count == 0 && blocked.Length > 0 ? blocked.Select(PendingReasons.CannotStart).Min(StringComparer.Ordinal)!
            : matching.Count == 0 ? PendingReasons.NoMatch(demand)
            : matching.All(s => s.IsDraining) ? PendingReasons.Draining
            : PendingReasons.Busy;
    }

    private int Free(Known runner) => runner.Profile.Capacity - runner.Held - _changes.GetValueOrDefault(runner.RunnerId);

    private void Connect(RunnerProfile profile, int held = 0)
    {
        _runners.RemoveAll(r => r.RunnerId == profile.RunnerId);
        _runners.Add(new Known(profile) { Held = held });
        _fleet.Add(profile, epoch: 1, held, isDraining: false);
    }

    private FleetMember Member(Known runner) => _fleet.Find(runner.RunnerId)!;

    private static RunnerProfile AnyProfile(Random random) => Profile(
        $"{(char)('a' + random.Next(26))}",
        AnyExecutor(random),
        [.. Tags.Where(_ => random.Next(2) == 0)],
        Hosts[random.Next(4)],
        capacity: random.Next(1, 5));

    /// <summary>Often it cannot be started, for one of two reasons.</summary>
    private static ExecutorInfo AnyExecutor(Random random) => random.Next(3) > 0 ? Available(Executors[random.Next(2)]) : new()
    {
        Name = Executors[random.Next(2)],
        Available = false,
        UnavailableReason = random.Next(2) == 0 ? "It is gone." : "It never was there.",
    };

    private static ExecutorInfo Available(string name) => new() { Name = name, Available = true };

    private static Demand AnyDemand(Random random) => new(
        random.Next(20) == 0 ? "codex" : Executors[random.Next(2)],
        new RunDemands(
            random.Next(6) == 0 ? $"{(char)('a' + random.Next(26))}" : "",
            random.Next(6) == 0 ? Hosts[random.Next(3)].ToUpperInvariant() : "",
            [.. Tags.Where(_ => random.Next(3) == 0)]));

    private static RunnerProfile Profile(string id, ExecutorInfo executor, string[] tags, string host, int capacity) => new()
    {
        RunnerId = id,
        BootId = "boot",
        JournalId = "",
        Name = id,
        Hostname = host,
        ProjectDir = "",
        Executors = [executor],
        Tags = tags,
        Capacity = capacity,
        Version = "1",
        Containment = "cgroup",
        Isolation = Isolation.None,
    };

    private static Known Any(Random random, List<Known> runners) => runners[random.Next(runners.Count)];

    /// <summary>A runner as the test knows it.</summary>
    private sealed class Known(RunnerProfile profile)
    {
        public RunnerProfile Profile { get; set; } = profile;

        public string RunnerId => Profile.RunnerId;

        public int Held { get; set; }

        public bool IsDraining { get; set; }
    }
}
