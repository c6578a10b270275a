using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Compares what a runner says it holds with what the database says it should: stops are sent again, runs that never
/// started go back to the queue, runs that vanished fail, and what is over or was never the runner's is to be ended.
/// </summary>
/// <remarks>
/// <para>
/// A run that has ended for both is not to be forgotten: what its agent wrote last may be known to the runner alone. The end of a run
/// that is being stopped is stored also where reports before it could not be (see <c>RunReports</c>). So the runner repeats
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
    public async ValueTask<Reconciled> ReconcileAsync(UnitOfWork work, RunnerProfile runner, IReadOnlyCollection<HeldRun> held)
    {
        IReadOnlyList<Run> expected = await work.RunsOnAsync(runner.RunnerId);
        HashSet<RunClaim> holds = [.. held.Select(run => run.Claim)];
        HashSet<RunClaim> claims = [.. expected.Select(RunClaim.Of)];
        HashSet<string> forget = [];
        foreach (HeldRun run in held)
        {
            if (!claims.Contains(run.Claim) && !await IsToldAsync(work, runner, run))
                forget.Add(run.Claim.RunId);
        }

        return new Reconciled(
            [.. expected.Where(r => r.Status == RunStatus.Stopping && holds.Contains(RunClaim.Of(r))).Select(r => RunnerCommand.StopRun.Of(r, ids.New(Ids.Command)))],
            [.. forget],
            [.. claims.Where(c => !holds.Contains(c))],
            expected.Count);
    }

    /// <summary>What follows from the hello once the runner has answered: decides about the runs it lacks.</summary>
    public static async ValueTask ResolveMissingAsync(UnitOfWork work, RunnerProfile runner, IEnumerable<RunClaim> missing)
    {
        foreach (RunClaim claim in missing)
        {
            // An earlier connection of the same runner may have resolved it, and it may have been claimed again since.
            if (await work.FindRunAsync(claim.RunId) is { } run
                && run.Epoch == claim.Epoch && run.RunnerId == runner.RunnerId && RunStatuses.OnRunner.Contains(run.Status))
            {
                await work.ApplyAsync(run, WhatBecameOf(run, runner));
            }
        }
    }

    /// <summary>Whether the runner is to tell the rest of a run that it does not hold for the coordinator.</summary>
    private static async ValueTask<bool> IsToldAsync(UnitOfWork work, RunnerProfile runner, HeldRun held) =>
        held.HasEnded
        && await work.FindRunAsync(held.Claim.RunId) is { EndWasReported: true } run
        && run.RunnerId == runner.RunnerId && run.Epoch == held.Claim.Epoch;

    /// <summary>
    /// The same process of the runner would name the run had the command reached it, and so would a later one that has the
    /// same journal, where every start is written before it is made. A command on an ended connection is never acted upon.
    /// So the run did not start, and cannot start under this claim any more. A later process without that journal cannot know.
    /// </summary>
    private static RunEvent WhatBecameOf(Run run, RunnerProfile runner)
    {
        bool neverStarted = run.StartTime is null;
        bool sameProcess = run.RunnerBootId == runner.BootId;
        bool sameJournal = run.RunnerJournalId.Length > 0 && run.RunnerJournalId == runner.JournalId;
        return (neverStarted, sameProcess, sameJournal) switch
        {
            (true, true, _) or (true, _, true) => new RunEvent.ReturnUnstarted(),
            (false, true, _) => new RunEvent.LoseRunner(RunFailure.RunForgotten(runner.RunnerId)),
            (_, false, _) => new RunEvent.RestartRunner(RunFailure.RunnerRestarted(runner.RunnerId), EndedProcesses.None),
        };
    }
}
