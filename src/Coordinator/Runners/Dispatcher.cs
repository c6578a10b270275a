using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>
/// Gives waiting runs to connected runners that match and have a free slot, oldest first, in the transaction of whatever
/// made it possible: a start, an end, a runner that connected. A run that nobody matches does not hold up those behind it.
/// </summary>
internal sealed class Dispatcher(RunnerStreams streams, Ids ids)
{
    private const int PageSize = 200;

    public async ValueTask DispatchAsync(LedgerScope scope)
    {
        await scope.FlushAsync();
        // Most ends and reconnects find nobody waiting.
        if (!await scope.Db.Runs.AnyAsync(r => r.Status == RunStatus.Pending))
            return;
        FreeSlots slots = new(streams.All.Where(s => !scope.Reconnecting.Contains(s.RunnerId)), scope.Slots);
        IQueryable<Run> waiting = scope.Db.Runs.Where(r => r.Status == RunStatus.Pending);
        // Without a free slot only runs that have not been looked at yet need to be told why they wait.
        if (!slots.Any && !scope.FleetChanged)
            waiting = waiting.Where(r => r.PendingReason == "");
        string after = "";
        List<Run> page;
        do
        {
            page = await waiting.Where(r => string.Compare(r.RunId, after) > 0).OrderBy(r => r.RunId).Take(PageSize).ToListAsync();
            foreach (Run run in page)
            {
                after = run.RunId;
                // Claimed or stopped by an earlier operation of this batch, but found by what the database still says.
                if (run.Status == RunStatus.Pending)
                    await PlaceAsync(scope, run, slots);
            }
        }
        while (page.Count == PageSize);
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
