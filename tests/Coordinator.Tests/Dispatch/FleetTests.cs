using Coordinator.Dispatch;
using Coordinator.Runners;
using Coordinator.Runs;

namespace Coordinator.Tests.Dispatch;

/// <summary>Who is found for a demand is whom one would find by looking at everybody.</summary>
public sealed class FleetTests
{
    private static readonly string[] Executors = ["command", "claude-code"];
    private static readonly string[] Tags = ["gpu", "arm64"];
    private static readonly string[] Hosts = ["alpha", "beta", "gamma", ""];

    private readonly Fleet _fleet = new();
    private readonly List<RunnerStream> _streams = [];
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

            RunnerStream? best = new FreeSlots(_fleet, _changes, _withheld).Best(demand);

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
        switch (random.Next(9))
        {
            case 8 when _streams.Count > 0:
                RunnerStream changed = Any(random, _streams);
                Assert.True(_fleet.Change(changed, changed.Profile with { Executors = [AnyExecutor(random)] }));
                break;
            case 0 or 1 when _streams.Count < 30:
                // A runner that is known has connected anew, perhaps as another one.
                Connect(AnyProfile(random), random.Next(5));
                break;
            case 2 when _streams.Count > 0:
                RunnerStream gone = Any(random, _streams);
                _fleet.Remove(gone);
                _streams.Remove(gone);
                break;
            case 3 when _streams.Count > 0:
                RunnerStream drained = Any(random, _streams);
                drained.Draining = !drained.Draining;
                _fleet.Update(drained);
                break;
            case 4 when _streams.Count > 0:
                RunnerStream busy = Any(random, _streams);
                busy.Held = random.Next(5);
                _fleet.Update(busy);
                break;
            case 5 when _streams.Count > 0:
                _changes[Any(random, _streams).RunnerId] = random.Next(-2, 3);
                break;
            case 6 when _streams.Count > 0:
                if (!_withheld.Remove(Any(random, _streams).RunnerId))
                    _withheld.Add(Any(random, _streams).RunnerId);
                break;
            case 7 when _streams.Count > 0 && random.Next(10) == 0:
                // It leaves, and its connection's end; the fleet hears of neither yet.
                RunnerStream leaving = Any(random, _streams);
                if (random.Next(2) == 0)
                    leaving.Draining = true;
                else
                    leaving.Close(StreamEnd.Left(leaving.RunnerId));
                break;
        }
    }

    private RunnerStream? Expected(Demand demand) => _streams
        .Where(s => !s.Draining && s.End is null && !_withheld.Contains(s.RunnerId) && demand.IsMetBy(s.Profile) && Free(s) > 0)
        .OrderByDescending(Free).ThenBy(s => s.RunnerId, StringComparer.Ordinal).FirstOrDefault();

    private string ExpectedReason(Demand demand)
    {
        if (!_streams.Any(s => s.Profile.Find(demand.Executor) is not null))
            return PendingReasons.NoExecutor(demand.Executor);
        List<RunnerStream> matching = [.. _streams.Where(s => demand.IsMetBy(s.Profile))];
        ExecutorInfo[] blocked = [.. _streams.Select(s => demand.BlockedOn(s.Profile)).OfType<ExecutorInfo>()];
        return matching.Count == 0 && blocked.Length > 0 ? blocked.Select(PendingReasons.CannotStart).Min(StringComparer.Ordinal)!
            : matching.Count == 0 ? PendingReasons.NoMatch(demand)
            : matching.All(s => s.Draining) ? PendingReasons.Draining
            : PendingReasons.Busy;
    }

    private int Free(RunnerStream stream) => stream.Profile.Capacity - stream.Held - _changes.GetValueOrDefault(stream.RunnerId);

    private void Connect(RunnerProfile profile, int held = 0)
    {
        RunnerStream stream = new(profile, TimeProvider.System) { Held = held };
        _streams.RemoveAll(s => s.RunnerId == stream.RunnerId);
        _streams.Add(stream);
        _fleet.Add(stream);
    }

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
        Isolation = Coordinator.Runs.Isolation.None,
    };

    private static RunnerStream Any(Random random, List<RunnerStream> streams) => streams[random.Next(streams.Count)];
}
