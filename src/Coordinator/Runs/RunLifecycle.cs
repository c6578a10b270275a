using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Storage;

namespace Coordinator.Runs;

/// <summary>
/// Takes an event of a run in, with everything that belongs to it in the same transaction: the run, its session, the timeline and the
/// audit log. What follows from it beyond that is for the transaction's steps and the commit's listeners.
/// </summary>
internal static class RunLifecycle
{
    public static async ValueTask<Transition> ApplyAsync(this UnitOfWork work, Run run, RunEvent what)
    {
        Session session = await work.SessionOfAsync(run);
        RunStatus from = run.Status;
        string holder = HolderOf(run);
        Transition transition = run.Apply(what, work.Now);
        if (transition.IsRefused)
            return transition;

        work.Changed(run);
        // Its runner's reports are counted anew.
        if (what is RunEvent.Claim)
            work.Counted(run);
        Show(work, session, run);
        if (run.RunnerId.Length > 0)
            work.RunnerChanged(run.RunnerId);
        if (what is RunEvent.RequestStop request)
            work.Record(AuditEntries.Stop(run, request.Terms, alreadyStopping: from == RunStatus.Stopping));
        if (TimelineEntries.EndOf(run, what.ResultText) is { } entry)
            work.Append(session, run.RunId, entry);
        if (run is { Status: var status, Stop: { } stop } && status.IsTerminal())
            work.Record(AuditEntries.StopEnded(run, stop));
        if (what.ResultText.Length > 0)
            work.SetResult(run, what.ResultText);
        work.Add(new RunTransition(
            RunClaim.Of(run), run.SessionId, what.Kind, from, run.Status, holder, HolderOf(run), run.Stop?.Outcome, run.Stop?.EndedTime - run.Stop?.RequestedTime));
        return transition;
    }

    /// <summary>Something about a run has changed that is not its status, such as how far its stop got.</summary>
    public static async ValueTask ChangedAsync(this UnitOfWork work, Run run)
    {
        work.Changed(run);
        Show(work, await work.SessionOfAsync(run), run);
    }

    /// <summary>The runner whose slot the run takes; empty if it takes none.</summary>
    private static string HolderOf(Run run) => RunStatuses.OnRunner.Contains(run.Status) ? run.RunnerId : "";

    private static void Show(UnitOfWork work, Session session, Run run)
    {
        // An older run of the session may still be reporting; the session shows its newest.
        if (session.RunId == run.RunId)
            session.Follow(run);
        work.Changed(session);
    }
}
