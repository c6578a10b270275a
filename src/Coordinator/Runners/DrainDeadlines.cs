using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>Stops what is still active on runners whose drain has a deadline that is over.</summary>
internal sealed class DrainDeadlines(
    IDbContextFactory<CoordinatorDbContext> contexts, StopRequests stops, Callers callers, TimeProvider time) : IDeadline
{
    private static readonly RunStatus[] NotStopping = [RunStatus.Claimed, RunStatus.Running];

    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        List<(RegisteredRunner Runner, List<string> RunIds)> due = [];
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
        {
            foreach (RegisteredRunner runner in await db.Runners.AsNoTracking().Where(r => r.DrainDeadline <= now).OrderBy(r => r.RunnerId).ToListAsync())
            {
                List<string> runIds = await db.Runs.Where(r => r.RunnerId == runner.RunnerId && NotStopping.Contains(r.Status))
                    .OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
                if (runIds.Count > 0)
                    due.Add((runner, runIds));
            }
        }

        foreach (var (runner, runIds) in due)
        {
            StopCommand command = new(Reason: $"Runner {runner.RunnerId} ({runner.Name}) is drained: its deadline is over.");
            await stops.StopRunsAsync(callers.Coordinator(runner.DrainRequestedBy), runIds, command);
        }
    }
}
