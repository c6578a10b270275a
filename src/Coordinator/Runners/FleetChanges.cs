using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>What operators do to runners: drain, undrain and remove.</summary>
internal sealed class FleetChanges(Ledger ledger, Ids ids)
{
    /// <param name="stopAfter">When what is still active is stopped; null for never.</param>
    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public Task DrainAsync(Caller caller, string runnerId, string reason, TimeSpan? stopAfter) => ledger.ExecuteAsync([LedgerKey.Runner(runnerId)], async work =>
    {
        RegisteredRunner runner = await FindAsync(work, runnerId);
        runner.DrainTime ??= work.Now;
        (runner.Draining, runner.DrainReason, runner.DrainRequestedBy, runner.DrainDeadline) = (true, reason, caller.Principal, work.Now + stopAfter);
        work.Record(AuditEntries.Drain(caller.Origin, runnerId, reason, stopAfter));
        SendDrain(work, runner);
        return true;
    });

    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public Task UndrainAsync(Caller caller, string runnerId) => ledger.ExecuteAsync([LedgerKey.Runner(runnerId)], async work =>
    {
        RegisteredRunner runner = await FindAsync(work, runnerId);
        (runner.Draining, runner.DrainReason, runner.DrainRequestedBy, runner.DrainTime, runner.DrainDeadline) = (false, "", "", null, null);
        work.Record(AuditEntries.Undrain(caller.Origin, runnerId));
        SendDrain(work, runner);
        return true;
    });

    /// <exception cref="CoordinatorException">There is no such runner, it is connected, or it has active runs.</exception>
    public Task RemoveAsync(Caller caller, string runnerId) => ledger.ExecuteAsync([LedgerKey.Runner(runnerId), LedgerKey.RunsOn(runnerId)], async work =>
    {
        RegisteredRunner runner = await FindAsync(work, runnerId);
        if (runner.IsConnected)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerOnline,
                $"Runner {runnerId} ({runner.Name}) is connected. Stop its program first.");
        }

        int active = (await work.RunsOnAsync(runnerId)).Count;
        if (active > 0)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerActive,
                $"Runner {runnerId} ({runner.Name}) still has {active} active {(active == 1 ? "run" : "runs")}. Wait until the runner has come back and they have ended, or until it counts as lost and they have failed.");
        }

        work.Remove(runner);
        work.Record(AuditEntries.Removal(caller.Origin, runnerId));
        return true;
    });

    private void SendDrain(UnitOfWork work, RegisteredRunner runner)
    {
        work.Changed(runner);
        work.Add(new ConnectionChange.Draining(runner.RunnerId, runner.Epoch, runner.Draining));
        work.Send(new RunnerCommand.Drain(ids.New(Ids.Command), runner.RunnerId, runner.Draining));
    }

    private static async Task<RegisteredRunner> FindAsync(UnitOfWork work, string runnerId) =>
        await work.FindRunnerAsync(runnerId) ?? throw CoordinatorException.RunnerNotFound(runnerId);
}
