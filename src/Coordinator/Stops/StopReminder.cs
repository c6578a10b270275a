using Coordinator.Connections;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>Tells connected runners again of stops that they have not confirmed. Needs nothing but to read.</summary>
internal sealed class StopReminder(IDbContextFactory<CoordinatorDbContext> contexts, RunnerStreams streams, Ids ids, TimeProvider time) : IDeadline
{
    private DateTimeOffset _reminded;

    public async Task MeetAsync()
    {
        DateTimeOffset before = time.GetUtcNow() - StopDelay.Allowance;
        if (_reminded > before)
            return;
        _reminded = time.GetUtcNow();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        List<Run> unconfirmed = await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Stopping
            && r.Stop!.ReceivedTime == null && r.Stop.RequestedTime <= before).OrderBy(r => r.RunId).ToListAsync();
        foreach (Run run in unconfirmed)
            _ = streams.SendStopAsync(RunnerCommand.StopRun.Of(run, ids.New(Ids.Command)));
    }
}
