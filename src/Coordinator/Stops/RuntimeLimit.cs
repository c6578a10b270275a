using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>Stops runs that run for longer than they may.</summary>
internal sealed class RuntimeLimit(
    IDbContextFactory<CoordinatorDbContext> contexts, StopRequests stops, Callers callers, TimeProvider time) : IDeadline
{
    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        List<string> runIds;
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
            runIds = await db.Runs.Where(r => r.Status == RunStatus.Running && r.RunDeadline <= now).OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
        if (runIds.Count > 0)
            await stops.StopRunsAsync(callers.Coordinator(), runIds, new StopCommand(Reason: "max_runtime is over."));
    }
}
