using Coordinator.Sessions;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Stops;

public sealed class StopRehearsalTests
{
    [Fact]
    public async Task Rehearsal_SucceedsAndLeavesNothingBehind()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        await using CoordinatorDbContext db = await coordinator.Services
            .GetRequiredService<IDbContextFactory<CoordinatorDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain(coordinator.Log.Records, r => r.Message.Contains("rehearsed", StringComparison.Ordinal));
        Assert.Equal(0, coordinator.Services.GetRequiredService<SessionFeed>().Revision);
        Assert.Equal(0, coordinator.Services.GetRequiredService<SessionCount>().Value);
        Assert.Empty(await db.Sessions.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await db.Runs.ToListAsync(TestContext.Current.CancellationToken));
    }
}
