using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Gives waiting runs to connected runners that match and have a free slot, oldest first, in the transaction of whatever
/// made it possible: a start, an end, a runner that connected. A run that nobody matches does not hold up those behind it.
/// </summary>
internal sealed class Dispatcher(RunnerStreams streams, Ids ids)
{
    public async ValueTask DispatchAsync(LedgerScope scope)
    {
        FreeSlots slots = new(streams.All.Where(s => !scope.Reconnecting.Contains(s.RunnerId)), scope.Slots);
        // Without a free slot only runs that have not been looked at yet need to be told why they wait.
        var waiting = slots.Any || scope.FleetChanged ? LedgerQueries.Waiting : LedgerQueries.WaitingUnexplained;
        string after = "";
        for (bool isLast = false; !isLast;)
        {
            List<Run> stored = [];
            await foreach (Run run in waiting(scope.Db, after))
                stored.Add(scope.Know(run));
            isLast = stored.Count < LedgerQueries.WaitingAtOnce;
            foreach (Run run in WithThoseOf(scope, stored, after, isLast))
            {
                after = run.RunId;
                // Claimed or stopped by an operation of this batch, but found by what the database still says.
                if (run.Status == RunStatus.Pending)
                    await PlaceAsync(scope, run, slots);
            }
        }
    }

    /// <summary>Together with the runs that have come to wait in this batch and are not in the database yet, oldest first.</summary>
    private static List<Run> WithThoseOf(LedgerScope scope, List<Run> stored, string after, bool isLast)
    {
        List<Run> all = [.. stored];
        HashSet<Run> known = [.. stored];
        all.AddRange(scope.Waiting.Where(r => string.CompareOrdinal(r.RunId, after) > 0
            && (isLast || string.CompareOrdinal(r.RunId, stored[^1].RunId) < 0)
            && !known.Contains(r)));
        all.Sort((a, b) => string.CompareOrdinal(a.RunId, b.RunId));
        return all;
    }

    /// <summary>After the commit: connections remember how many runs their runners hold, as counting them each time takes longer than all the rest.</summary>
    public void Settle(LedgerScope scope)
    {
        foreach (var (runnerId, by) in scope.Slots)
        {
            if (streams.Find(runnerId) is { } stream)
                stream.Held += by;
        }
    }

    private async ValueTask PlaceAsync(LedgerScope scope, Run run, FreeSlots slots)
    {
        if (slots.Take(run) is { } stream)
        {
            await ClaimAsync(scope, run, stream);
            return;
        }

        string reason = slots.Explain(run);
        if (run.PendingReason != reason)
            await scope.AmendAsync(run, r => r.PendingReason = reason);
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
        };
        // If the connection ends before this leaves, the runner's next hello does not name the run, and it is queued again.
        scope.AfterCommit(() => stream.Send(new Proto.CoordinatorFrame { StartRun = start }));
    }
}
