using Coordinator.Audit;
using Coordinator.Dispatch;
using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>What operators do to runners: drain, undrain and remove.</summary>
internal sealed class FleetChanges(Ledger ledger, RunnerStreams streams, Dispatcher dispatcher)
{
    /// <param name="stopAfter">When what is still active is stopped; null for never.</param>
    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public Task DrainAsync(string runnerId, Origin origin, string reason, TimeSpan? stopAfter) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner runner = await FindAsync(scope, runnerId);
        runner.DrainTime ??= scope.Now;
        (runner.Draining, runner.DrainReason, runner.DrainRequestedBy, runner.DrainDeadline) = (true, reason, origin.RequestedBy, scope.Now + stopAfter);
        scope.Record(AuditEntry.OfRunner(AuditAction.DrainRunner, origin, runnerId, reason, new Proto.AuditedDrain { StopAfter = stopAfter?.ToProto() }));
        Announce(scope, runner);
        return true;
    });

    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public Task UndrainAsync(string runnerId, Origin origin) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner runner = await FindAsync(scope, runnerId);
        (runner.Draining, runner.DrainReason, runner.DrainRequestedBy, runner.DrainTime, runner.DrainDeadline) = (false, "", "", null, null);
        scope.Record(AuditEntry.OfRunner(AuditAction.UndrainRunner, origin, runnerId));
        Announce(scope, runner);
        return true;
    });

    /// <exception cref="CoordinatorException">There is no such runner, it is connected, or it has active runs.</exception>
    public Task RemoveAsync(string runnerId, Origin origin) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner runner = await FindAsync(scope, runnerId);
        if (streams.Find(runnerId) is not null)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerOnline,
                $"Runner {runnerId} ({runner.Name}) is connected. Stop its program first.");
        }

        int active = (await scope.RunsOnAsync(runnerId)).Count;
        if (active > 0)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerActive,
                $"Runner {runnerId} ({runner.Name}) still has {active} active {(active == 1 ? "run" : "runs")}. Wait until the runner has come back and they have ended, or until it counts as lost and they have failed.");
        }

        await scope.RemoveAsync(runner);
        scope.Record(AuditEntry.OfRunner(AuditAction.RemoveRunner, origin, runnerId));
        return true;
    });

    private void Announce(LedgerScope scope, RegisteredRunner runner)
    {
        scope.Changed(runner);
        scope.Withhold(runner.RunnerId);
        bool draining = runner.Draining;
        scope.AfterCommit(() =>
        {
            if (streams.Find(runner.RunnerId) is not { } stream)
                return;
            stream.Draining = draining;
            dispatcher.Update(stream);
            stream.Send(new Proto.CoordinatorFrame { Drain = new Proto.Drain { Draining = draining } });
        });
    }

    private static async Task<RegisteredRunner> FindAsync(LedgerScope scope, string runnerId) =>
        await scope.FindRunnerAsync(runnerId) ?? throw CoordinatorException.RunnerNotFound(runnerId);
}
