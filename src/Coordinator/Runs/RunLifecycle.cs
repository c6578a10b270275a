using Coordinator.Audit;
using Coordinator.Sessions;
using Coordinator.Storage;

namespace Coordinator.Runs;

/// <summary>
/// Carries an event of a run into everything that follows from it, in one transaction: the run, its session, the
/// timeline, the news for watchers, and a slot that has become free.
/// </summary>
internal static class RunLifecycle
{
    public static async ValueTask<Transition> ApplyAsync(this LedgerScope scope, Run run, RunEvent what)
    {
        Session session = await scope.SessionOfAsync(run);
        string holder = HolderOf(run);
        Transition transition = run.Apply(what, scope.Now);
        if (transition.IsRefused)
            return transition;

        Show(scope, session, run);
        if (run.RunnerId.Length > 0)
            scope.RunnerChanged(run.RunnerId);
        if (HolderOf(run) != holder)
        {
            scope.SlotChanged(holder, -1);
            scope.SlotChanged(HolderOf(run), 1);
        }

        if (Timeline.EndOf(run, what.ResultText) is { } entry)
            scope.Append(session, run.RunId, entry);
        if (run is { Status: var status, Stop: { } stop } && status.IsTerminal())
            scope.Record(AuditEntry.StopEnded(run, stop));
        if (transition.Kind == TransitionKind.Moves)
            scope.Moved(RunMove.Of(run, what));
        if (what.ResultText.Length > 0)
            await scope.SetResultAsync(run, what.ResultText);
        if (transition.Kind == TransitionKind.Moves && (run.Status == RunStatus.Pending || run.Status.IsTerminal()))
            scope.RequestDispatch();
        return transition;
    }

    /// <summary>Changes something about a run that is not its status, such as how far its stop got.</summary>
    public static async ValueTask AmendAsync(this LedgerScope scope, Run run, Action<Run> amend)
    {
        amend(run);
        run.Touch();
        Show(scope, await scope.SessionOfAsync(run), run);
    }

    /// <summary>The runner whose slot the run takes; empty if it takes none.</summary>
    private static string HolderOf(Run run) => RunStatuses.OnRunner.Contains(run.Status) ? run.RunnerId : "";

    private static void Show(LedgerScope scope, Session session, Run run)
    {
        // An older run of the session may still be reporting; the session shows its newest.
        if (session.RunId == run.RunId)
            session.Follow(run);
        scope.Changed(session);
    }
}
