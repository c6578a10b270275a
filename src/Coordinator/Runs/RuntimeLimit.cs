using Coordinator.Audit;
using Coordinator.Hosting;
using Coordinator.Stops;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Runs;

/// <summary>Stops runs that run for longer than they may.</summary>
internal sealed class RuntimeLimit(
    IDbContextFactory<CoordinatorDbContext> contexts, StopRequests stops, Origins origins, IOptions<CoordinatorOptions> options, TimeProvider time) : IDeadline
{
    public async Task MeetAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        List<string> runIds;
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
            runIds = await db.Runs.Where(r => r.Status == RunStatus.Running && r.RunDeadline <= now).OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
        if (runIds.Count > 0)
            await stops.StopRunsAsync(runIds, new StopTerms(origins.Coordinator(), "max_runtime is over.", options.Value.DefaultGracePeriod, Force: false));
    }
}
