using Coordinator.Connections;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Runners;

/// <summary>
/// Gives up the runs of runners that stay away. Time in which the coordinator itself was away, down or frozen, does not
/// count: no runner could have connected.
/// </summary>
internal sealed class LostRunners(
    IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, IOptions<ConnectionOptions> options, TimeProvider time) : IDeadline
{
    /// <summary>It is looked once a second; so long a pause means that the coordinator did not run.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(10);

    private DateTimeOffset _awakeSince;
    private DateTimeOffset _lastLooked;

    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - _lastLooked > Absence)
            _awakeSince = now;
        _lastLooked = now;
        DateTimeOffset lostSince = now - options.Value.RunnerLostAfter;
        if (_awakeSince > lostSince)
            return;

        List<string> runIds;
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
        {
            runIds = await db.Runs.Where(r => RunStatuses.OnRunner.Contains(r.Status)
                && db.Runners.Any(n => n.RunnerId == r.RunnerId && n.DisconnectTime <= lostSince)).OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
        }

        await Task.WhenAll(runIds.Select(runId => LoseAsync(runId, lostSince)));
    }

    private async Task LoseAsync(string runId, DateTimeOffset lostSince) => await ledger.ExecuteAsync([LedgerKey.Run(runId)], async work =>
    {
        // It may have come back meanwhile, or the run may have gone to another one.
        if (await work.FindRunAsync(runId) is { } run
            && await work.FindRunnerAsync(run.RunnerId) is { } runner && runner.DisconnectTime <= lostSince)
        {
            work.Guard(runner);
            await work.ApplyAsync(run, new RunEvent.LoseRunner(RunFailure.RunnerLost(run.RunnerId, options.Value.RunnerLostAfter)));
        }

        return true;
    });
}
