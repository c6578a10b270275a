using Coordinator.FaultTests.Operators;
using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.FaultTests;

/// <summary>
/// Breaks a plant in every way while agents are started and stopped, round after round; then everything is whole again,
/// and what was promised is compared with what happened.
/// </summary>
internal sealed class Campaign
{
    private const int Machines = 4;
    private const int RunsAtATime = 30;
    private const int Watchers = 3;

    /// <summary>How many of them there are before anything breaks: some have ended by themselves.</summary>
    private const int Concurrent = 20;

    /// <summary>For everything to come to rest once nothing is broken any more.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private readonly Plant _plant;
    private readonly Random _random;
    private readonly List<string> _account = [];
    private readonly List<string> _problems = [];

    private Campaign(Plant plant, int seed) => (_plant, _random) = (plant, new Random(seed));

    public static async Task<CampaignReport> RunAsync(int seed, int rounds, Action<string> say)
    {
        await using Plant plant = await Plant.StartAsync(Machines, new Dictionary<string, string> { ["Runner__Capacity"] = "16" });
        return await new Campaign(plant, seed).PlayAsync(rounds, seed, say);
    }

    private async Task<CampaignReport> PlayAsync(int rounds, int seed, Action<string> say)
    {
        List<Watcher> watchers = [.. Enumerable.Range(0, Watchers).Select(_ => new Watcher(_plant))];
        await using Operator staff = new(_plant, watchers[0], new Random(seed), RunsAtATime);
        await Eventually.True(() => watchers[0].Active >= Concurrent, Rest);
        List<int> active = [];
        for (int round = 1; round <= rounds; round++)
        {
            string what = await BreakAsync();
            active.Add(watchers[0].Active);
            _account.Add($"{round,4}  {what}; {active[^1]} runs");
            say(_account[^1]);
        }

        await staff.EndAsync();
        IReadOnlyList<Proto.Session> sessions = await SettleAsync(staff, watchers);
        foreach (Watcher watcher in watchers)
            await watcher.DisposeAsync();
        return new CampaignReport(seed, _account, _problems)
        {
            Runs = sessions.Count,
            Stops = staff.Stopped.Count,
            Active = active,
            Ends = sessions.CountBy(s => s.RunStatus == Proto.RunStatus.Failed ? $"FAILED {s.Failure.Reason}" : s.RunStatus.ToString().ToUpperInvariant()).ToDictionary(),
        };
    }

    /// <summary>One thing breaks and is mended, or mends itself.</summary>
    private async Task<string> BreakAsync()
    {
        Machine machine = _plant.Machines[_random.Next(_plant.Machines.Count)];
        await WaitAsync(0.6);
        switch (_random.Next(9))
        {
            case 0 or 1:
                await _plant.KillCoordinatorAsync();
                await WaitAsync(1.5);
                await _plant.StartCoordinatorAgainAsync();
                return "the coordinator was killed";
            case 2 or 3:
                await machine.KillAsync();
                await WaitAsync(1.5);
                machine.StartAgain();
                return $"the runner of {machine.Name} was killed";
            case 4:
                await Task.WhenAll(_plant.KillCoordinatorAsync(), machine.KillAsync());
                await WaitAsync(1);
                machine.StartAgain();
                await _plant.StartCoordinatorAgainAsync();
                return $"the coordinator and the runner of {machine.Name} were killed";
            case 5:
                ProgramProcess frozen = _random.Next(2) == 0 ? _plant.Coordinator : machine.Runner;
                frozen.Freeze();
                await WaitAsync(3);
                frozen.Thaw();
                return $"{frozen} was frozen";
            case 6:
                machine.Link.Cut();
                return $"the connection of {machine.Name} was cut";
            case 7:
                machine.Link.IsStalled = true;
                await WaitAsync(4);
                machine.Link.Cut();
                machine.Link.IsStalled = false;
                return $"the connection of {machine.Name} went silent, and was cut later";
            default:
                machine.Link.Delay = TimeSpan.FromMilliseconds(_random.Next(10, 300));
                await WaitAsync(3);
                machine.Link.Delay = TimeSpan.Zero;
                return $"the connection of {machine.Name} was slow";
        }
    }

    /// <summary>Waits until everything has come to rest, and looks at what there is.</summary>
    private async Task<IReadOnlyList<Proto.Session>> SettleAsync(Operator staff, List<Watcher> watchers)
    {
        foreach (string runId in staff.Stopped)
            await ExpectEndAsync(runId, "its stop was answered");
        await _plant.AskAsync(c => c.Sessions.StopSessionsAsync(new() { Filter = new(), GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.5)), Reason = "the end" }));
        foreach (string runId in staff.Started)
            await ExpectEndAsync(runId, "everything was stopped");

        IReadOnlyList<Proto.Session> sessions = await _plant.SessionsAsync();
        if (sessions.Count != staff.Started.Distinct().Count())
            _problems.Add($"{staff.Started.Count} starts were answered, but there are {sessions.Count} sessions.");
        HashSet<string> runIds = [.. sessions.Select(s => s.RunId)];
        foreach (ProcessEntry left in ProcessTable.All().Where(p => runIds.Any(id => p.Environment?.Contains($"{ProcessTable.RunIdVariable}={id}") == true)))
            _problems.Add($"A process was left behind: {left}");
        foreach (ProcessEntry left in ProcessTable.Marked(_plant.Marks))
            _problems.Add($"A process was left behind: {left}");
        foreach (Proto.Session session in sessions)
            Compare(session, _plant.Executions(session.RunId));
        foreach (Watcher watcher in watchers)
            await ExpectConvergenceAsync(watcher, sessions);
        return sessions;
    }

    private void Compare(Proto.Session session, int executions)
    {
        if (executions > 1)
            _problems.Add($"Run {session.RunId} was executed {executions} times.");
        if (executions == 0 && session.RunStatus == Proto.RunStatus.Completed)
            _problems.Add($"Run {session.RunId} is COMPLETED, but was never executed.");
        if (executions > 0 && session.Stop?.Outcome == Proto.StopOutcome.NeverStarted)
            _problems.Add($"Run {session.RunId} is said to have never started, but it was executed.");
        if (session.RunStatus == Proto.RunStatus.Stopped && session.Stop?.Outcome is not (Proto.StopOutcome.Proved or Proto.StopOutcome.NeverStarted))
            _problems.Add($"Run {session.RunId} is STOPPED without proof.");
        if (session.Failure?.Reason == "RUNNER_LOST")
            _problems.Add($"Run {session.RunId} was given up, although its runner was never away for long: {session.Failure.Message}");
    }

    private async Task ExpectEndAsync(string runId, string because)
    {
        try
        {
            await Eventually.Get(() => _plant.RunAsync(runId), r => r.EndTime is not null, Rest);
        }
        catch (TimeoutException)
        {
            Proto.Run run = await _plant.RunAsync(runId);
            _problems.Add($"Run {runId} is {run.Status} for ever, although {because}. {run.Stop?.Detail}");
        }
    }

    private async Task ExpectConvergenceAsync(Watcher watcher, IReadOnlyList<Proto.Session> sessions)
    {
        try
        {
            await Eventually.Get(() => watcher.Difference(sessions), difference => difference.Length == 0, Rest);
        }
        catch (TimeoutException)
        {
            _problems.Add($"A watcher {watcher.Difference(sessions)}.");
        }
    }

    private Task WaitAsync(double atMostSeconds) => Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * atMostSeconds), TimeProvider.System);
}
