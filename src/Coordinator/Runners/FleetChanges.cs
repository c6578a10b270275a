using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>What operators do to runners: drain, undrain and remove.</summary>
internal sealed class FleetChanges(Ledger ledger, RunnerStreams streams)
{
    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public Task DrainAsync(string runnerId, bool draining, string reason) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner runner = await FindAsync(scope, runnerId);
        (runner.Draining, runner.DrainReason) = (draining, reason);
        scope.RunnerChanged(runnerId);
        // Set before the dispatch of this very batch, so that no run slips in; a commit that fails leaves it to the next hello.
        if (streams.Find(runnerId) is { } stream)
        {
            stream.Draining = draining;
            scope.AfterCommit(() => stream.Send(new Proto.CoordinatorFrame { Drain = new Proto.Drain { Draining = draining } }));
        }

        scope.RequestDispatch(fleetChanged: true);
        return true;
    });

    /// <exception cref="CoordinatorException">There is no such runner, it is connected, or it has active runs.</exception>
    public Task RemoveAsync(string runnerId) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner runner = await FindAsync(scope, runnerId);
        if (streams.Find(runnerId) is not null)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerOnline,
                $"Runner {runnerId} ({runner.Name}) is connected. Stop its program first.");
        }

        await scope.FlushAsync();
        int active = await scope.Db.Runs.CountAsync(r => r.RunnerId == runnerId && RunStatuses.OnRunner.Contains(r.Status));
        if (active > 0)
        {
            throw new CoordinatorException(ErrorKind.FailedPrecondition, Reasons.RunnerActive,
                $"Runner {runnerId} ({runner.Name}) still has {active} active runs. They end when it comes back, or fail when it counts as lost.");
        }

        scope.Db.Runners.Remove(runner);
        scope.RunnerChanged(runnerId);
        return true;
    });

    private static async Task<RegisteredRunner> FindAsync(LedgerScope scope, string runnerId) =>
        await scope.Db.Runners.FindAsync(runnerId) ?? throw CoordinatorException.RunnerNotFound(runnerId);
}
