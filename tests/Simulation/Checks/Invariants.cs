using Coordinator.Model;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Operators;
using Coordinator.Simulation.Runners;
using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Timelines;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Simulation.Checks;

/// <summary>
/// The promises, compared with what really happened: the processes of the simulated machines, what callers were told, and
/// each state that was committed.
/// </summary>
internal sealed class Invariants(World world)
{
    /// <summary>Longer than anything takes that is on its way to somebody.</summary>
    public static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(4);

    private static readonly Dictionary<RunStatus, RunStatus[]> Reachable = new()
    {
        [RunStatus.Pending] = [.. Enum.GetValues<RunStatus>()],
        [RunStatus.Claimed] = [.. Enum.GetValues<RunStatus>()],
        [RunStatus.Running] = [RunStatus.Running, RunStatus.Stopping, RunStatus.Completed, RunStatus.Failed, RunStatus.Stopped],
        [RunStatus.Stopping] = [RunStatus.Stopping, RunStatus.Stopped, RunStatus.Completed, RunStatus.Failed],
        [RunStatus.Completed] = [RunStatus.Completed],
        [RunStatus.Failed] = [RunStatus.Failed],
        [RunStatus.Stopped] = [RunStatus.Stopped],
    };

    private static readonly Func<CoordinatorDbContext, IEnumerable<Run>> AllRuns = EF.CompileQuery((CoordinatorDbContext db) => db.Runs.AsNoTracking());

    private static readonly Func<CoordinatorDbContext, string, int> StartsOf = EF.CompileQuery((CoordinatorDbContext db, string runId) =>
        db.AuditEntries.Count(e => e.RunId == runId && (e.Action == AuditAction.StartSession || e.Action == AuditAction.ResumeSession)));

    private readonly Dictionary<string, Seen> _seen = [];
    private readonly Dictionary<string, List<SimulatedAgent>> _agents = [];
    private readonly Dictionary<string, (string SessionId, string RunId)> _requests = [];
    private readonly HashSet<string> _stopped = [];
    private readonly Dictionary<string, int> _lines = [];
    private readonly Dictionary<(string, Life), long> _stopsArrived = [];
    private readonly HashSet<(string, Life)> _stoppedFirst = [];
    private readonly HashSet<string> _runnerDiedWith = [];
    private bool _hasCommitted;

    /// <summary>Whether all that was committed since the last look was for stops alone to write.</summary>
    private bool _wasForStops;

    private TimeSpan _lastCommit;

    /// <summary>The first promise that was broken; null while none was.</summary>
    public string? Violation { get; private set; }

    public int Commits { get; private set; }

    public void Committed()
    {
        _wasForStops = !world.Coordinator.Disk.IsHeld && (_wasForStops || !_hasCommitted);
        _hasCommitted = true;
        _lastCommit = world.Simulator.Elapsed;
        Commits++;
    }

    public void AfterStep()
    {
        if (!_hasCommitted)
            return;
        _hasCommitted = false;
        using CoordinatorDbContext db = world.Database.CreateDbContext();
        foreach (Run run in AllRuns(db))
        {
            if (!_seen.ContainsKey(run.RunId))
                LookAtStart(db, run);
            Look(run);
        }
    }

    /// <summary>Invariants 4 and 8: nothing is started twice, or after its stop arrived.</summary>
    public void Spawned(SimulatedAgent agent, Life life)
    {
        if (_stoppedFirst.Contains((agent.RunId, life)))
            Violate($"Run {agent.RunId} was started on {agent.Machine}, although its stop had arrived before its start.");
        world.Story.Tell(agent.Machine, $"{agent.RunId} is spawned with {agent.Children} children");
        if (!_agents.TryGetValue(agent.RunId, out List<SimulatedAgent>? before))
            _agents.Add(agent.RunId, before = []);
        if (before.Count > 0)
            Violate($"Run {agent.RunId} was executed twice: on {before[^1].Machine} and on {agent.Machine}.");
        before.Add(agent);
    }

    public void Arrived(RunnerNode runner, Life life, Proto.CoordinatorFrame frame)
    {
        if (frame.StopRun is { } stop)
            _stopsArrived[(stop.RunId, life)] = stop.Epoch;
        if (frame.StartRun is { } start && _stopsArrived.GetValueOrDefault((start.RunId, life)) >= start.Epoch)
            _stoppedFirst.Add((start.RunId, life));
        world.Story.Tell(runner.Name, $"is sent {frame.FrameCase} {frame.StartRun?.RunId}{frame.StopRun?.RunId}{frame.ReportAck?.RunId}");
    }

    public void RunnerDied(RunnerNode runner)
    {
        foreach (SimulatedAgent agent in _agents.Values.SelectMany(a => a).Where(a => a.Machine == runner.Machine.Name))
            _runnerDiedWith.Add(agent.RunId);
    }

    /// <summary>A start that is asked for twice with one id happens once.</summary>
    public void StartAcknowledged(string requestId, string sessionId, string runId)
    {
        if (requestId.Length == 0 || _requests.TryAdd(requestId, (sessionId, runId)) || _requests[requestId].RunId == runId)
            return;
        // With a session everything that was known of it is forgotten, the ids of its requests, too.
        (string firstSession, string firstRun) = _requests[requestId];
        using CoordinatorDbContext db = world.Database.CreateDbContext();
        if (db.Sessions.Any(s => s.SessionId == firstSession))
            Violate($"Request {requestId} was answered with {firstRun} and with {runId}.");
        _requests[requestId] = (sessionId, runId);
    }

    public void Violate(string what)
    {
        world.Story.Tell("CHECK", what);
        Violation ??= what;
    }

    /// <summary>Invariant 3: what was acknowledged is durable.</summary>
    public void StopAcknowledged(StopResult result)
    {
        // Said not to be durable, and lost if the coordinator dies before it can be.
        if (result.Delivery == StopDelivery.SentNotDurable)
            return;
        _stopped.Add(result.RunId);
        using CoordinatorDbContext db = world.Database.CreateDbContext();
        Run? run = db.Runs.AsNoTracking().SingleOrDefault(r => r.RunId == result.RunId);
        if (run is not null && run.Stop is null)
            Violate($"The stop of {result.RunId} was acknowledged, but is not stored; the run is {run.Status}.");
    }

    /// <summary>
    /// Whether nothing more can happen: every run has ended, that was committed some time ago, and no runner has anything to tell of
    /// one: the end of a run may have been stored first.
    /// </summary>
    public bool IsAtRest => _seen.Values.All(run => run.Status?.IsTerminal() == true) && !world.Runners.Any(runner => runner.HoldsRuns)
        && world.Simulator.Elapsed - _lastCommit > QuietFor;

    /// <summary>What is not yet as it must be in the end. With all troubles over for long it may just be on its way.</summary>
    public IReadOnlyList<string> Unfinished(IEnumerable<Watcher> watchers)
    {
        using CoordinatorDbContext db = world.Database.CreateDbContext();
        List<Run> runs = [.. db.Runs.AsNoTracking()];
        return [.. UnfinishedOf(db, runs), .. watchers.SelectMany(watcher => UnfinishedOf(watcher, [.. db.Sessions.AsNoTracking()]))];
    }

    /// <summary>Liveness and convergence, and that everything is there.</summary>
    /// <param name="unfinished">What was unfinished <see cref="QuietFor"/> ago; it must not be so any more.</param>
    public void AtTheEnd(IEnumerable<Watcher> watchers, IReadOnlyList<string> unfinished)
    {
        foreach (string one in unfinished.Intersect(Unfinished(watchers)))
            Violate(one);
        using CoordinatorDbContext db = world.Database.CreateDbContext();
        foreach (Session session in db.Sessions.AsNoTracking().ToList())
            LookAtTimeline(db, session);
        foreach (Run run in db.Runs.AsNoTracking().ToList())
        {
            LookAtStart(db, run);
            LookAtOutput(run);
        }
    }

    private IEnumerable<string> UnfinishedOf(CoordinatorDbContext db, List<Run> runs)
    {
        foreach (Run run in runs.Where(r => !r.Status.IsTerminal() && (r.Stop is not null || _stopped.Contains(r.RunId))))
            yield return $"The stop of {run.RunId} was lost: it is {run.Status} to the end.";
        foreach (Run run in runs.Where(r => r.Status is RunStatus.Claimed or RunStatus.Stopping))
            yield return $"Run {run.RunId} is {run.Status} for ever.";
        foreach (Run run in runs.Where(r => r.Status == RunStatus.Pending))
        {
            if (RoomFor(db, run, runs) is { } runner)
                yield return $"Run {run.RunId} waits ('{run.PendingReason}') although {runner} has a free slot for it.";
        }

        foreach (Run run in runs.Where(r => r.Status == RunStatus.Running && Agents(r).All(a => a.Alive == 0)))
            yield return $"Run {run.RunId} is RUNNING, but nothing of it is alive.";
        HashSet<string> active = [.. runs.Where(r => !r.Status.IsTerminal()).Select(r => r.RunId)];
        foreach (SimulatedAgent agent in _agents.Values.SelectMany(a => a).Where(a => a.Alive > 0 && !active.Contains(a.RunId)))
            yield return $"{agent.Alive} processes of {agent.RunId} were left behind on {agent.Machine}.";
    }

    private static IEnumerable<string> UnfinishedOf(Watcher watcher, List<Session> sessions)
    {
        foreach (Session session in sessions)
        {
            if (!watcher.Sessions.TryGetValue(session.SessionId, out Proto.Session? shown))
                yield return $"The {watcher.Name} does not know session {session.SessionId}.";
            else if (shown.Revision != session.Revision)
                yield return $"The {watcher.Name} has session {session.SessionId} at revision {shown.Revision}, not {session.Revision}.";
        }

        if (watcher.Sessions.Count > sessions.Count)
            yield return $"The {watcher.Name} has {watcher.Sessions.Count} sessions, but there are {sessions.Count}.";
    }

    /// <returns>A connected runner that could take it; null if there is none.</returns>
    private string? RoomFor(CoordinatorDbContext db, Run run, List<Run> runs) => world.Coordinator.Streams.All.FirstOrDefault(s =>
        !s.IsLeaving
        && db.Runners.AsNoTracking().Single(r => r.RunnerId == s.RunnerId) is { Draining: false } row
        && Demand.Of(run).IsMetBy(s.Profile with { Executors = row.ExecutorInfos })
        && runs.Count(r => r.RunnerId == s.RunnerId && RunStatuses.OnRunner.Contains(r.Status)) < s.Profile.Capacity)?.RunnerId;

    /// <summary>Whatever was given a number is there, once.</summary>
    private void LookAtTimeline(CoordinatorDbContext db, Session session)
    {
        long last = 0;
        foreach (EventChunk chunk in db.EventChunks.AsNoTracking().Where(c => c.SessionId == session.SessionId).OrderBy(c => c.FirstSequence))
        {
            if (chunk.FirstSequence != last + 1)
                Violate($"The timeline of {session.SessionId} goes from {last} to {chunk.FirstSequence}.");
            foreach (StoredEvent one in chunk.EventsAfter(last))
            {
                last = one.Sequence;
                if (one.Kind != Proto.SessionEvent.EventOneofCase.Output)
                    continue;
                Proto.SessionEvent read = one.Read();
                int line = _lines[read.RunId] = _lines.GetValueOrDefault(read.RunId) + 1;
                if (read.Output.Text != $"{line}")
                    Violate($"Line {line} of {read.RunId} is {read.Output}.");
            }
        }

        if (last != session.LastEventSequence)
            Violate($"The timeline of {session.SessionId} ends with {last}, not with {session.LastEventSequence}.");
    }

    /// <summary>All that an agent wrote is there once its run has ended, unless its runner died before it could tell.</summary>
    private void LookAtOutput(Run run)
    {
        int told = _lines.GetValueOrDefault(run.RunId);
        bool mayBeCut = !run.Status.IsTerminal() || run.FailureReason is "RUNNER_LOST" || _runnerDiedWith.Contains(run.RunId);
        if (Agents(run) is [var agent] && told != agent.Lines && !mayBeCut)
            Violate($"{told} of {agent.Lines} lines of {run.RunId} are there.");
    }

    /// <summary>A run is committed with the entry of who started it, and no repeated request adds another.</summary>
    private void LookAtStart(CoordinatorDbContext db, Run run)
    {
        if (StartsOf(db, run.RunId) is var starts and not 1)
            Violate($"The start of {run.RunId} is recorded {starts} times.");
    }

    private void Look(Run run)
    {
        Seen before = _seen.GetValueOrDefault(run.RunId);
        if (before.Status is { } status && status != run.Status)
        {
            world.Story.Tell("ledger", $"{run.RunId} goes from {status} to {run.Status} {run.FailureReason}");
            if (!Reachable[status].Contains(run.Status))
                Violate($"Run {run.RunId} went from {status} to {run.Status}.");
        }

        if (before.Epoch > run.Epoch)
            Violate($"The epoch of {run.RunId} went from {before.Epoch} to {run.Epoch}.");
        if (before.Epoch > 0 && before.Epoch < run.Epoch)
            world.Story.Tell("ledger", $"{run.RunId} is claimed again, now with epoch {run.Epoch}");
        if (_wasForStops)
            LookAtReserve(run, before);
        _seen[run.RunId] = new Seen(run.Status, run.Epoch);
        if (run.Status.IsTerminal() && before.Status?.IsTerminal() != true)
            LookAtEnd(run);
    }

    /// <summary>What is kept free for stops is used for nothing else.</summary>
    private void LookAtReserve(Run run, Seen before)
    {
        if (before.Status is null)
            Violate($"Run {run.RunId} was made with the space that is kept for stops.");
        if (before.Epoch != run.Epoch)
            Violate($"Run {run.RunId} was given to {run.RunnerId} with the space that is kept for stops.");
        bool mayEnd = run.Stop is not null || run.FailureReason == "CONTAINMENT_BROKEN";
        if (run.Status.IsTerminal() && before.Status?.IsTerminal() == false && !mayEnd)
            Violate($"Run {run.RunId} ended {run.Status} with the space that is kept for stops, and nobody had stopped it.");
    }

    /// <summary>Invariants 6 and 7: an end says what happened, and STOPPED only when nothing is alive.</summary>
    private void LookAtEnd(Run run)
    {
        int alive = Agents(run).Sum(a => a.Alive);
        bool mayBeAlive = run.FailureReason is "RUNNER_LOST";
        if (alive > 0 && !mayBeAlive)
            Violate($"Run {run.RunId} is {run.Status} {run.FailureReason}, but {alive} of its processes are alive.");
        if (run.Status == RunStatus.Stopped && run.Stop is not { Outcome: StopOutcome.Proved or StopOutcome.NeverStarted })
            Violate($"Run {run.RunId} is STOPPED without proof: {run.Stop?.Outcome}.");
        if (run.Status == RunStatus.Stopped && run.Stop is { Outcome: StopOutcome.NeverStarted } && Agents(run).Count > 0)
            Violate($"Run {run.RunId} is said to have never started, but it was executed.");
        if (run.FailureMessage == RunFailure.RunForgotten(run.RunnerId).Message)
            Violate($"Run {run.RunId} was forgotten by a runner that lived all the time.");
        if (Agents(run) is [var agent])
        {
            if (agent.EndedByItself && run.Status == RunStatus.Stopped)
                Violate($"Run {run.RunId} ended by itself before any signal, but is STOPPED.");
            if (!agent.EndedByItself && run.Status == RunStatus.Completed)
                Violate($"Run {run.RunId} was ended by a signal, but is COMPLETED.");
            if (agent.EndedByItself && run.Status == RunStatus.Failed && !_runnerDiedWith.Contains(run.RunId)
                && run.FailureReason is not ("EXIT_CODE" or "RUNNER_LOST"))
            {
                Violate($"Run {run.RunId} ended by itself with code {agent.ExitCode}, but FAILED with {run.FailureReason}.");
            }
        }
        else if (run.Status == RunStatus.Completed)
        {
            Violate($"Run {run.RunId} is COMPLETED, but was never executed.");
        }
    }

    private List<SimulatedAgent> Agents(Run run) => _agents.GetValueOrDefault(run.RunId) ?? [];

    private readonly record struct Seen(RunStatus? Status, long Epoch);
}
