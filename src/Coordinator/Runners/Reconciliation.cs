using Coordinator.Runs;
using Coordinator.Stops;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>
/// Compares what a runner says it holds with what the database says it should: stops are pushed again, runs that never
/// started go back to the queue, runs that vanished fail, and what is over or was never the runner's is to be ended.
/// </summary>
internal sealed class Reconciliation(Ids ids)
{
    public async ValueTask<Reconciled> ReconcileAsync(LedgerScope scope, RunnerProfile runner, IEnumerable<Proto.HeldRun> held)
    {
        await scope.FlushAsync();
        List<Run> expected = await scope.Db.Runs
            .Where(r => r.RunnerId == runner.RunnerId && RunStatuses.OnRunner.Contains(r.Status)).ToListAsync();
        HashSet<(string, long)> holds = [.. held.Select(h => (h.RunId, h.Epoch))];
        foreach (Run run in expected.Where(r => !holds.Contains((r.RunId, r.Epoch))))
            await SettleMissingAsync(scope, run, runner);

        HashSet<(string, long)> active = [.. expected.Where(r => RunStatuses.OnRunner.Contains(r.Status)).Select(r => (r.RunId, r.Epoch))];
        return new Reconciled(
            [.. expected.Where(r => r.Status == RunStatus.Stopping).Select(r => StopTransaction.Command(r, ids))],
            [.. holds.Where(h => !active.Contains(h)).Select(h => h.Item1).Distinct()]);
    }

    /// <summary>The runner does not hold a run that it was given.</summary>
    private static async ValueTask SettleMissingAsync(LedgerScope scope, Run run, RunnerProfile runner)
    {
        bool sameLife = run.RunnerBootId == runner.BootId;
        bool neverStarted = run.StartTime is null;
        // The same life of the runner would name the run had the command reached it; a command on an ended connection
        // is never acted upon, so it did not start and cannot start under this claim any more. A later life cannot know.
        RunEvent what = (neverStarted, sameLife) switch
        {
            (true, true) => new RunEvent.ReturnUnstarted(),
            (false, true) => new RunEvent.LoseRunner(RunFailure.RunForgotten(runner.RunnerId)),
            (_, false) => new RunEvent.RestartRunner(RunFailure.RunnerRestarted(runner.RunnerId)),
        };
        await scope.ApplyAsync(run, what);
    }
}

/// <summary>What a runner is to be told after its hello.</summary>
/// <param name="Stops">Stops that are still to be carried out.</param>
/// <param name="Forget">Runs that are over for the coordinator.</param>
internal sealed record Reconciled(IReadOnlyList<Proto.StopRun> Stops, IReadOnlyList<string> Forget);
