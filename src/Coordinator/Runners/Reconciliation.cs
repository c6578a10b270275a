using Coordinator.Runs;
using Coordinator.Stops;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Compares what a runner says it holds with what the database says it should: stops are pushed again, runs that never
/// started go back to the queue, runs that vanished fail, and what is over or was never the runner's is to be ended.
/// </summary>
/// <remarks>
/// It goes in two steps. A hello may have been on its way for long while the runner connected anew and started runs, so
/// nothing is concluded from what it lacks until the runner has answered on that very connection.
/// </remarks>
internal sealed class Reconciliation(Ids ids)
{
    /// <summary>What follows from a hello at once.</summary>
    public async ValueTask<Reconciled> ReconcileAsync(LedgerScope scope, RunnerProfile runner, IEnumerable<Proto.HeldRun> held)
    {
        IReadOnlyList<Run> expected = await scope.RunsOnAsync(runner.RunnerId);
        HashSet<RunClaim> holds = [.. held.Select(h => new RunClaim(h.RunId, h.Epoch))];
        HashSet<RunClaim> claims = [.. expected.Select(RunClaim.Of)];
        return new Reconciled(
            [.. expected.Where(r => r.Status == RunStatus.Stopping && holds.Contains(RunClaim.Of(r))).Select(r => StopTransaction.Command(r, ids))],
            [.. holds.Where(h => !claims.Contains(h)).Select(h => h.RunId).Distinct()],
            [.. claims.Where(c => !holds.Contains(c))],
            expected.Count);
    }

    /// <summary>What follows from the hello once the runner has answered: decides about the runs it lacks.</summary>
    public static async ValueTask SettleMissingAsync(LedgerScope scope, RunnerProfile runner, IEnumerable<RunClaim> missing)
    {
        foreach (RunClaim claim in missing)
        {
            // An earlier connection of the same runner may have settled it, and it may have been claimed again since.
            if (await scope.FindRunAsync(claim.RunId) is { } run
                && run.Epoch == claim.Epoch && run.RunnerId == runner.RunnerId && RunStatuses.OnRunner.Contains(run.Status))
            {
                await scope.ApplyAsync(run, WhatBecameOf(run, runner));
            }
        }
    }

    /// <summary>
    /// The same life of the runner would name the run had the command reached it, and so would a later life that has the
    /// same journal, where every start is written before it is made. A command on an ended connection is never acted upon.
    /// So the run did not start, and cannot start under this claim any more. A later life without that journal cannot know.
    /// </summary>
    private static RunEvent WhatBecameOf(Run run, RunnerProfile runner)
    {
        bool neverStarted = run.StartTime is null;
        bool sameLife = run.RunnerBootId == runner.BootId;
        bool sameJournal = run.RunnerJournalId.Length > 0 && run.RunnerJournalId == runner.JournalId;
        return (neverStarted, sameLife, sameJournal) switch
        {
            (true, true, _) or (true, _, true) => new RunEvent.ReturnUnstarted(),
            (false, true, _) => new RunEvent.LoseRunner(RunFailure.RunForgotten(runner.RunnerId)),
            (_, false, _) => new RunEvent.RestartRunner(RunFailure.RunnerRestarted(runner.RunnerId), EndedProcesses.None),
        };
    }
}

/// <summary>What a runner is to be told after its hello, and what is to be decided after its answer.</summary>
/// <param name="Stops">Stops that are still to be carried out.</param>
/// <param name="Forget">Runs that are over for the coordinator.</param>
/// <param name="Missing">Runs that it was given and does not hold.</param>
/// <param name="Held">How many runs take its slots.</param>
internal sealed record Reconciled(IReadOnlyList<Proto.StopRun> Stops, IReadOnlyList<string> Forget, IReadOnlyList<RunClaim> Missing, int Held);

/// <summary>A run under one claim.</summary>
internal readonly record struct RunClaim(string RunId, long Epoch)
{
    public static RunClaim Of(Run run) => new(run.RunId, run.Epoch);
}
