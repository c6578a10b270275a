using Coordinator.Runs;
using Coordinator.Stops;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Compares what a runner says it holds with what the database says it should: stops are pushed again, runs that never
/// started go back to the queue, runs that vanished fail, and what is over or was never the runner's is to be ended.
/// </summary>
/// <remarks>
/// <para>
/// A run that has ended for both is not to be forgotten: what its agent wrote last may be known to the runner alone. The end of a run
/// that is being stopped is stored also where reports before it could not be (see <see cref="RunReports"/>). So the runner repeats
/// what it has, and lets go with the acknowledgement of the end. A run that was given up is forgotten in any case, and so is one that
/// was claimed anew: nothing of it is taken in any more.
/// </para>
/// <para>
/// It goes in two steps. A hello may have been on its way for long while the runner connected anew and started runs, so
/// nothing is concluded from what it lacks until the runner has answered on that very connection.
/// </para>
/// </remarks>
internal sealed class Reconciliation(Ids ids)
{
    /// <summary>What follows from a hello at once.</summary>
    public async ValueTask<Reconciled> ReconcileAsync(LedgerScope scope, RunnerProfile runner, IReadOnlyCollection<Proto.HeldRun> held)
    {
        IReadOnlyList<Run> expected = await scope.RunsOnAsync(runner.RunnerId);
        HashSet<RunClaim> holds = [.. held.Select(RunClaim.Of)];
        HashSet<RunClaim> claims = [.. expected.Select(RunClaim.Of)];
        HashSet<string> forget = [];
        foreach (Proto.HeldRun run in held)
        {
            if (!claims.Contains(RunClaim.Of(run)) && !await IsToldAsync(scope, runner, run))
                forget.Add(run.RunId);
        }

        return new Reconciled(
            [.. expected.Where(r => r.Status == RunStatus.Stopping && holds.Contains(RunClaim.Of(r))).Select(r => StopTransaction.Command(r, ids))],
            [.. forget],
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

    /// <summary>Whether the runner is to tell the rest of a run that it does not hold for the coordinator.</summary>
    private static async ValueTask<bool> IsToldAsync(LedgerScope scope, RunnerProfile runner, Proto.HeldRun held) =>
        held.State == Proto.HeldRunState.Ended
        && await scope.FindRunAsync(held.RunId) is { EndWasReported: true } run
        && run.RunnerId == runner.RunnerId && run.Epoch == held.Epoch;

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
/// <param name="Forget">Runs that are over for the coordinator, and of which it takes nothing more.</param>
/// <param name="Missing">Runs that it was given and does not hold.</param>
/// <param name="Held">How many runs take its slots.</param>
internal sealed record Reconciled(IReadOnlyList<Proto.StopRun> Stops, IReadOnlyList<string> Forget, IReadOnlyList<RunClaim> Missing, int Held);

/// <summary>A run under one claim.</summary>
internal readonly record struct RunClaim(string RunId, long Epoch)
{
    public static RunClaim Of(Run run) => new(run.RunId, run.Epoch);

    public static RunClaim Of(Proto.HeldRun held) => new(held.RunId, held.Epoch);
}
