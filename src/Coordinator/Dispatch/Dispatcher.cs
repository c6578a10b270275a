using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Dispatch;

/// <summary>
/// Gives waiting runs to connected runners that match and have a free slot, oldest first, in the transaction of whatever
/// made it possible: a start, an end, a runner that connected. A run that no runner matches does not hold up those behind it.
/// </summary>
/// <remarks>
/// What waits and who is free is kept in memory and follows the commits, so that a dispatch looks only at what can have
/// changed: runs that are new, and those that a runner with a new slot could take. A transaction does a part of what there is
/// to do; what is left is <see cref="HasBacklog"/>, and stops that come meanwhile go first. Used by the ledger alone.
/// </remarks>
internal sealed class Dispatcher(WaitingRuns waiting, Fleet fleet, Ids ids) : ITransactionStep, ICommitListener
{
    /// <summary>
    /// Runs that one transaction gives to runners or tells why they wait, beside those that it made itself. About 5 ms of the
    /// ledger, which is what a stop waits for.
    /// </summary>
    private const int MaxMoves = 50;

    /// <summary>Demands that one transaction looks at because a runner came or went; there may be one for each runner.</summary>
    private const int MaxDemands = 200;

    /// <summary>What has still to be looked at.</summary>
    private readonly HashSet<Demand> _stale = [];

    public bool HasBacklog => _stale.Count > 0;

    /// <summary>Reads what was waiting when the coordinator ended the last time.</summary>
    public async Task LoadAsync(CoordinatorDbContext db, CancellationToken cancellationToken)
    {
        var runs = db.Runs.Where(r => r.Status == RunStatus.Pending).Select(r => new { r.RunId, r.Executor, r.Demands, r.PendingReason });
        await foreach (var run in runs.AsAsyncEnumerable().WithCancellation(cancellationToken))
            waiting.Put(run.RunId, new Demand(run.Executor, run.Demands), run.PendingReason);
    }

    public async ValueTask ApplyAsync(UnitOfWork work, StepExtent extent)
    {
        bool includeBacklog = extent == StepExtent.Backlog && HasBacklog;
        // Most transactions take in what agents say, and nothing waits for that.
        if (extent == StepExtent.Nothing || (!includeBacklog && work.Transitions.Count == 0 && !work.Waiting.Any()))
            return;
        Dictionary<string, int> changes = RunTransition.HeldChanges(work.Transitions);
        DispatchPart part = new(waiting, work.Waiting);
        if (part.New == 0 && !includeBacklog && changes.Values.All(by => by >= 0))
            return;

        // Those whose connection changes are compared, or told, at the commit: what they hold is known only then.
        FreeSlots slots = new(fleet, changes, work.Connections.Where(IsOfNewest).Select(change => change.RunnerId).ToHashSet());
        if (includeBacklog)
            part.LookAgainAt(_stale.Take(MaxDemands));
        part.LookAt(slots.Freed.SelectMany(waiting.MetBy));
        part.Start();
        Dictionary<string, Demand> gone = [];
        HashSet<string> placed = [];
        int moves = MaxMoves + part.New;
        while (moves > 0 && Plan(work, part, slots, changes, moves) is { Count: > 0 } placements)
        {
            foreach (Placement missed in await ClaimAsync(work, placements))
            {
                gone[missed.RunId] = missed.Demand;
                changes[missed.Member.RunnerId]--;
            }

            placed.UnionWith(placements.Select(placement => placement.RunId));
            moves -= placements.Count;
        }

        await ExplainAsync(work, part, moves, placed, gone);
        work.Dispatched = new DispatchOutcome([.. part.Finished], [.. part.Unfinished], gone);
    }

    public void OnCommitted(Committed committed)
    {
        List<RunnerProfile> changed = [];
        foreach (ConnectionChange change in committed.Connections)
            changed.AddRange(Follow(change));
        foreach (Run run in committed.Runs)
        {
            if (run.Status == RunStatus.Pending)
                waiting.Put(run.RunId, Demand.Of(run), run.PendingReason);
            else
                waiting.Remove(run.RunId, Demand.Of(run));
        }

        Dictionary<string, int> heldChanges = RunTransition.HeldChanges(committed.Transitions);
        foreach (var (runnerId, by) in heldChanges)
        {
            if (by != 0 && fleet.Find(runnerId) is { } member)
                Fleet.Update(member, by, member.IsDraining);
        }

        if (committed.Dispatched is { } dispatched)
        {
            foreach (var (runId, demand) in dispatched.Gone)
                waiting.Remove(runId, demand);
            // Their slots are free for others, which may have been looked at before that was known.
            if (dispatched.Gone.Count > 0)
                _stale.UnionWith(waiting.Demands);
            _stale.ExceptWith(dispatched.Finished);
            _stale.UnionWith(dispatched.Unfinished);
        }
        else
        {
            // There was nothing to dispatch, or no room for it; then it is to be done later.
            _stale.UnionWith(committed.Runs.Where(run => run.Status == RunStatus.Pending).Select(Demand.Of));
            _stale.UnionWith(heldChanges.Where(h => h.Value < 0).Select(h => fleet.Find(h.Key)).OfType<FleetMember>().SelectMany(m => waiting.MetBy(m.Profile)));
        }

        foreach (RunnerProfile runner in changed)
            _stale.UnionWith(ConcernedBy(runner));
    }

    /// <returns>Runners for which what waits has to be looked at again, as they were and as they are.</returns>
    private IEnumerable<RunnerProfile> Follow(ConnectionChange change)
    {
        if (change is ConnectionChange.Opened opened)
        {
            fleet.Add(opened.Profile, opened.Epoch, opened.Held, opened.IsDraining);
            return [opened.Profile];
        }

        if (!IsOfNewest(change))
            return [];
        FleetMember member = fleet.Find(change.RunnerId)!;
        switch (change)
        {
            case ConnectionChange.Closed:
                fleet.Remove(member.RunnerId);
                break;
            case ConnectionChange.Draining draining:
                Fleet.Update(member, by: 0, draining.IsDraining);
                break;
            case ConnectionChange.Leaving:
                Fleet.Leave(member);
                break;
            case ConnectionChange.Executors executors:
                fleet.Change(member, executors.Offered);
                return [member.Profile, member.Profile with { Executors = executors.Offered }];
        }

        return [member.Profile];
    }

    /// <summary>Not if a connection before the newest one ended only now.</summary>
    private bool IsOfNewest(ConnectionChange change) =>
        change is ConnectionChange.Opened || fleet.Find(change.RunnerId)?.Epoch == change.Epoch;

    /// <summary>What may be placed now that a runner came, or waits for another reason now that one went.</summary>
    private IEnumerable<Demand> ConcernedBy(RunnerProfile runner)
    {
        // The first after a start: what waits was told its reason when there was another fleet.
        if (fleet.Count == 1)
            return waiting.Demands;
        IEnumerable<string> firstOrLast = runner.Executors.Select(e => e.Name).Where(name => fleet.CountWith(name) <= 1);
        return waiting.Concerning(runner).Concat(firstOrLast.SelectMany(waiting.WithExecutor));
    }

    /// <summary>Finds runners for runs, in memory, so that all of both can be read at once.</summary>
    private static List<Placement> Plan(UnitOfWork work, DispatchPart part, FreeSlots slots, Dictionary<string, int> changes, int most)
    {
        List<Placement> placements = [];
        while (placements.Count < most && part.Take() is { } look)
        {
            // None has a slot for those behind it either.
            if (slots.Best(look.Demand) is not { } member)
                continue;
            // An operation of the same transaction may have stopped it.
            if (work.Known(look.RunId) is null or { Status: RunStatus.Pending })
            {
                placements.Add(new Placement(look.RunId, look.Demand, member));
                changes[member.RunnerId] = changes.GetValueOrDefault(member.RunnerId) + 1;
            }

            part.GoOn(look);
        }

        return placements;
    }

    /// <summary>Gives runs to runners, as far as both are what they are thought to be.</summary>
    /// <returns>Those whose runs do not wait any longer.</returns>
    private async ValueTask<List<Placement>> ClaimAsync(UnitOfWork work, IReadOnlyList<Placement> placements)
    {
        await work.LoadAsync(placements.SelectMany(placement => placement.Keys));
        List<Placement> missed = [];
        foreach (Placement placement in placements)
        {
            if (await work.FindRunAsync(placement.RunId) is not { Status: RunStatus.Pending } run)
            {
                missed.Add(placement);
            }
            else if (await work.FindRunnerAsync(placement.Member.RunnerId) is { IsConnected: true, Draining: false } runner
                && runner.Epoch == placement.Member.Epoch)
            {
                // Who takes the runner in meanwhile, on a new connection, looks again at what it is to hold.
                work.Touch(runner);
                await ClaimAsync(work, run, placement.Member.Profile);
            }
        }

        return missed;
    }

    private async ValueTask ClaimAsync(UnitOfWork work, Run run, RunnerProfile runner)
    {
        await work.ApplyAsync(run, new RunEvent.Claim(runner.RunnerId, runner.Hostname, runner.BootId, runner.JournalId));
        Session session = await work.SessionOfAsync(run);
        // If the connection ends before this leaves, the runner's next hello does not name the run, and it is queued again.
        work.Send(new RunnerCommand.StartRun(
            ids.New(Ids.Command),
            runner.RunnerId,
            RunClaim.Of(run),
            run.SessionId,
            run.Executor,
            await work.PromptOfAsync(run),
            session.ProjectDir,
            session.ExecutorSessionId,
            session.AgentName,
            session is { ExecutorSessionId.Length: > 0 } ? session.ConversationUsage : null));
    }

    /// <summary>Tells runs that no runner has a slot for why they wait, as far as they were told something else.</summary>
    private async ValueTask ExplainAsync(UnitOfWork work, DispatchPart part, int left, HashSet<string> placed, Dictionary<string, Demand> gone)
    {
        List<(string RunId, Demand Demand, string Reason)> untold = [];
        foreach (DispatchPart.Look look in part.Exhausted())
        {
            string reason = fleet.Explain(look.Demand);
            List<string> runs = [.. part.Untold(look, reason)
                .Where(runId => !placed.Contains(runId) && (work.Known(runId) is null or { Status: RunStatus.Pending })).Take(left + 1)];
            look.IsFinished = runs.Count <= left;
            untold.AddRange(runs.Take(left).Select(runId => (runId, look.Demand, reason)));
            left -= Math.Min(left, runs.Count);
        }

        await work.LoadAsync(untold.Select(one => LedgerKey.Run(one.RunId)));
        foreach (var (runId, demand, reason) in untold)
        {
            if (await work.FindRunAsync(runId) is not { Status: RunStatus.Pending } run)
            {
                gone[runId] = demand;
            }
            else if (run.PendingReason != reason)
            {
                run.PendingReason = reason;
                await work.ChangedAsync(run);
            }
        }
    }

    /// <summary>A run that a runner has a free slot for.</summary>
    private readonly record struct Placement(string RunId, Demand Demand, FleetMember Member)
    {
        public IEnumerable<LedgerKey> Keys => [LedgerKey.Run(RunId), LedgerKey.Text(RunId), LedgerKey.Runner(Member.RunnerId)];
    }
}
