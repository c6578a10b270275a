using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Dispatch;

/// <summary>
/// Gives waiting runs to connected runners that match and have a free slot, oldest first, in the transaction of whatever
/// made it possible: a start, an end, a runner that connected. A run that nobody matches does not hold up those behind it.
/// </summary>
/// <remarks>
/// What waits and who is free is kept in memory and follows the commits, so that a dispatch looks only at what can have
/// changed: runs that are new, and those that a runner with a new slot could take. A batch does a part of what there is
/// to do; what is left is <see cref="HasMore"/>, and stops that come meanwhile go first. Used by the ledger alone.
/// </remarks>
internal sealed class Dispatcher(WaitingRuns waiting, Fleet fleet, Ids ids)
{
    /// <summary>
    /// Runs that one batch gives to runners or tells why they wait, beside those that it made itself. About 5 ms of the
    /// ledger, which is what a stop waits for.
    /// </summary>
    private const int MaxMoves = 50;

    /// <summary>Demands that one batch looks at because a runner came or went; there may be one for each runner.</summary>
    private const int MaxDemands = 200;

    /// <summary>What has still to be looked at.</summary>
    private readonly HashSet<Demand> _stale = [];

    /// <summary>Runners that came, went, or changed by the commit that is being settled.</summary>
    private readonly List<RunnerProfile> _changed = [];

    /// <summary>Whether there is something to do that no operation will ask for.</summary>
    public bool HasMore => _stale.Count > 0;

    /// <summary>Reads what waits since an earlier life of the coordinator. Once, before the first batch.</summary>
    public async Task BeginAsync(CoordinatorDbContext db, CancellationToken cancellationToken)
    {
        var runs = db.Runs.Where(r => r.Status == RunStatus.Pending).Select(r => new { r.RunId, r.Executor, r.Demands, r.PendingReason });
        await foreach (var run in runs.AsAsyncEnumerable().WithCancellation(cancellationToken))
            waiting.Put(run.RunId, new Demand(run.Executor, run.Demands), run.PendingReason);
    }

    /// <summary>A connection can be given runs. After the commit.</summary>
    public void Add(RunnerStream stream)
    {
        fleet.Add(stream);
        _changed.Add(stream.Profile);
    }

    /// <summary>A connection has ended. After the commit.</summary>
    public void Remove(RunnerStream stream)
    {
        fleet.Remove(stream);
        _changed.Add(stream.Profile);
    }

    /// <summary>A connection's runner begins or ends to drain. After the commit.</summary>
    public void Update(RunnerStream stream)
    {
        fleet.Update(stream);
        _changed.Add(stream.Profile);
    }

    /// <summary>A connection's runner can start other executors than before. After the commit.</summary>
    public void Change(RunnerStream stream, IReadOnlyList<ExecutorInfo> executors)
    {
        RunnerProfile before = stream.Profile, now = before with { Executors = executors };
        if (fleet.Change(stream, now))
            _changed.AddRange([before, now]);
    }

    /// <param name="scope">The transaction, with all its operations applied.</param>
    /// <param name="goesOn">Whether to do a part of what earlier ones have left, too.</param>
    public async ValueTask DispatchAsync(LedgerScope scope, bool goesOn)
    {
        FreeSlots slots = new(fleet, scope.Slots, scope.Withheld);
        DispatchPart part = new(waiting, scope.Waiting);
        if (goesOn)
            part.LookAgainAt(_stale.Take(MaxDemands));
        part.LookAt(slots.Freed.SelectMany(waiting.MetBy));
        part.Begin();
        int left = MaxMoves + part.New;
        while (left > 0 && part.Take() is { } look)
        {
            // Nobody has a slot for those behind it either.
            if (slots.Best(look.Demand) is not { } stream)
                continue;
            // The batch may have stopped it.
            if (await scope.FindRunAsync(look.RunId) is { Status: RunStatus.Pending } run)
            {
                await ClaimAsync(scope, run, stream);
                left--;
            }

            part.GoOn(look);
        }

        await ExplainAsync(scope, part, left);
        scope.Dispatched = part;
    }

    /// <summary>After the commit: takes over what the batch has changed.</summary>
    public void Settle(LedgerScope scope)
    {
        foreach (Run run in scope.Runs)
        {
            if (run.Status == RunStatus.Pending)
                waiting.Put(run.RunId, Demand.Of(run), run.PendingReason);
            else
                waiting.Remove(run.RunId, Demand.Of(run));
        }

        foreach (var (runnerId, by) in scope.Slots)
        {
            if (fleet.Find(runnerId)?.Stream is not { } stream)
                continue;
            stream.Held += by;
            fleet.Update(stream);
        }

        if (scope.Dispatched is { } part)
        {
            _stale.ExceptWith(part.Finished);
            _stale.UnionWith(part.Unfinished);
        }
        else if (scope.WantsDispatch)
        {
            // There was no room for it; it is to be done later.
            _stale.UnionWith(scope.Waiting.Select(Demand.Of));
            _stale.UnionWith(scope.Slots.Where(s => s.Value < 0).Select(s => fleet.Find(s.Key)).OfType<FleetMember>()
                .SelectMany(m => waiting.MetBy(m.Stream.Profile)));
        }

        foreach (RunnerProfile runner in _changed)
            _stale.UnionWith(ConcernedBy(runner));
        _changed.Clear();
    }

    /// <summary>What may be placed now that a runner came, or waits for another reason now that one went.</summary>
    private IEnumerable<Demand> ConcernedBy(RunnerProfile runner)
    {
        // The first after a start: who waits was told by an earlier life of the coordinator, with another fleet.
        if (fleet.Count == 1)
            return waiting.Demands;
        IEnumerable<string> firstOrLast = runner.Executors.Select(e => e.Name).Where(name => fleet.CountWith(name) <= 1);
        return waiting.Concerning(runner).Concat(firstOrLast.SelectMany(waiting.WithExecutor));
    }

    private async ValueTask ClaimAsync(LedgerScope scope, Run run, RunnerStream stream)
    {
        await scope.ApplyAsync(run, new RunEvent.Claim(stream.RunnerId, stream.Profile.Hostname, stream.Profile.BootId, stream.Profile.JournalId));
        Session session = await scope.SessionOfAsync(run);
        Proto.StartRun start = new()
        {
            CommandId = ids.New(Ids.Command),
            RunId = run.RunId,
            SessionId = run.SessionId,
            Epoch = run.Epoch,
            Executor = run.Executor,
            Prompt = (await scope.TextOfAsync(run)).Prompt,
            ProjectDir = session.ProjectDir,
            ExecutorSessionId = session.ExecutorSessionId,
            AgentName = session.AgentName,
            UsageBefore = session is { ExecutorSessionId.Length: > 0, ConversationUsage: { } totals }
                ? Proto.Usage.Parser.ParseFrom(totals)
                : null,
        };
        // If the connection ends before this leaves, the runner's next hello does not name the run, and it is queued again.
        scope.AfterCommit(() => stream.Send(new Proto.CoordinatorFrame { StartRun = start }));
    }

    /// <summary>Tells runs that nobody has a slot for why they wait, as far as they were told something else.</summary>
    private async ValueTask ExplainAsync(LedgerScope scope, DispatchPart part, int left)
    {
        foreach (DispatchPart.Look look in part.Settled())
        {
            string reason = fleet.Explain(look.Demand);
            foreach (string runId in part.Untold(look, reason))
            {
                if (await scope.FindRunAsync(runId) is not { Status: RunStatus.Pending } run || run.PendingReason == reason)
                    continue;
                if (left-- <= 0)
                    return;
                await scope.AmendAsync(run, r => r.PendingReason = reason);
            }

            look.IsFinished = true;
        }
    }
}
