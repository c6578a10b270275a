using System.Diagnostics;
using Coordinator.FaultTests.Faults;
using Coordinator.FaultTests.Operators;
using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.FaultTests;

/// <summary>
/// Breaks a plant in every way while agents are started and stopped, round after round; then everything is whole again,
/// and what was promised is compared with what happened. Without its load it would show nothing: as soon as that is gone, or
/// too little happens in a round, the campaign is over.
/// </summary>
internal sealed class Campaign
{
    /// <summary>For everything to come to rest once nothing is broken any more, and for enough to happen in a round.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Plant _plant;
    private readonly CampaignSettings _settings;
    private readonly Action<string> _say;
    private readonly List<Round> _rounds;
    private readonly List<string> _problems = [];

    private Campaign(Plant plant, CampaignSettings settings, List<Round> rounds, Action<string> say) =>
        (_plant, _settings, _rounds, _say) = (plant, settings, rounds, say);

    /// <param name="settings">How large it is.</param>
    /// <param name="say">Is told each round in a line, as soon as it is over.</param>
    /// <exception cref="CampaignException">It could not be played to its end.</exception>
    public static async Task<CampaignReport> RunAsync(CampaignSettings settings, Action<string> say)
    {
        List<Round> rounds = [];
        try
        {
            Dictionary<string, string> runners = new() { ["Runner__Capacity"] = "16" };
            await using Plant plant = await Plant.StartAsync(settings.Machines, runners);
            return await new Campaign(plant, settings, rounds, say).PlayAsync();
        }
        catch (Exception exception)
        {
            throw new CampaignException(settings, rounds, exception);
        }
    }

    private async Task<CampaignReport> PlayAsync()
    {
        List<Watcher> watchers = [.. Enumerable.Range(1, _settings.Watchers).Select(i => new Watcher(_plant, $"Watcher {i}"))];
        await using Operator staff = new(_plant, watchers[0], _settings);
        await WaitAsync(() => watchers[0].Active, active => active >= _settings.RunsAtFirst, $"{_settings.RunsAtFirst} runs at first");
        FaultMaker faults = new(_plant, new Random(_settings.Seed));
        while (_rounds.Count < _settings.Rounds)
        {
            _rounds.Add(await PlayRoundAsync(faults, staff, watchers[0]));
            _say(_rounds[^1].ToString());
        }

        await staff.EndAsync();
        IReadOnlyList<Proto.Session> sessions = await RestAsync(staff, watchers);
        foreach (Watcher watcher in watchers)
            await watcher.EndAsync();
        _plant.Loops.ThrowIfAnyEnded();
        return new CampaignReport(_settings.Seed, _rounds, _problems)
        {
            Runs = sessions.Count,
            Stops = staff.Stopped.Count,
            Ends = sessions.CountBy(EndOf).ToDictionary(),
        };
    }

    private async Task<Round> PlayRoundAsync(FaultMaker faults, Operator staff, Watcher watcher)
    {
        Stopwatch time = Stopwatch.StartNew();
        Tally before = staff.Tally;
        int endedBefore = watcher.Ended;
        int number = _rounds.Count + 1;
        Fault fault = await faults.MakeAsync();
        return await WaitAsync(
            () => new Round(number, fault, staff.Tally - before, watcher.Ended - endedBefore, watcher.Active, time.Elapsed),
            round => round.IsEnough,
            $"enough of a load in round {number}");
    }

    /// <summary>Waits until everything has come to rest, and looks at what there is.</summary>
    private async Task<IReadOnlyList<Proto.Session>> RestAsync(Operator staff, List<Watcher> watchers)
    {
        foreach (string runId in staff.Stopped)
            await ExpectEndAsync(runId, "its stop was answered");
        Duration grace = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.5));
        Proto.StopSessionsRequest all = new() { Filter = new(), GracePeriod = grace, Reason = "the end" };
        await _plant.AskAsync(c => c.Sessions.StopSessionsAsync(all));
        foreach (string runId in staff.Started)
            await ExpectEndAsync(runId, "everything was stopped");

        IReadOnlyList<Proto.Session> sessions = await _plant.SessionsAsync();
        if (sessions.Count != staff.Started.Distinct().Count())
            _problems.Add($"{staff.Started.Count} starts were answered, but there are {sessions.Count} sessions.");
        HashSet<string> runIds = [.. sessions.Select(s => s.RunId)];
        foreach (ProcessEntry left in ProcessTable.All().Where(p => runIds.Any(id => IsOfRun(p, id))))
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
            await Eventually.Get(() => _plant.RunAsync(runId), r => r.EndTime is not null, Patience);
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
            await WaitAsync(() => watcher.Difference(sessions), difference => difference.Length == 0, "what a watcher shows");
        }
        catch (TimeoutException)
        {
            _problems.Add($"A watcher {watcher.Difference(sessions)}.");
        }
    }

    /// <summary>Waits for something that the loops beside the campaign bring about, as long as they are there.</summary>
    private Task<T> WaitAsync<T>(Func<T> read, Func<T, bool> wanted, string what) => Eventually.Get(
        () =>
        {
            _plant.Loops.ThrowIfAnyEnded();
            return read();
        },
        wanted,
        Patience,
        what);

    private static string EndOf(Proto.Session session) =>
        session.RunStatus == Proto.RunStatus.Failed ? $"FAILED {session.Failure.Reason}" : session.RunStatus.ToString().ToUpperInvariant();

    private static bool IsOfRun(ProcessEntry process, string runId) =>
        process.Environment?.Contains($"{ProcessTable.RunIdVariable}={runId}") == true;
}
