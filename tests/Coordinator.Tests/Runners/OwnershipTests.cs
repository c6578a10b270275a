using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Runners;

/// <summary>Which coordinator holds the connection of a runner stands in its row.</summary>
public sealed class OwnershipTests
{
    private const string Other = "crd_00000000000000000000000000";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_NamesTheCoordinatorAndItsStart()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using (await ScriptedRunner.ConnectAsync(coordinator))
        {
            RegisteredRunner first = await RowAsync(coordinator);
            Assert.StartsWith("crd_", first.CoordinatorId, StringComparison.Ordinal);
            Assert.True(first.IsConnected);

            await coordinator.StopAsync();
            await coordinator.StartAgainAsync();
            RegisteredRunner gone = await RowAsync(coordinator);
            Assert.False(gone.IsConnected);
            Assert.Equal(first.CoordinatorIncarnation, gone.CoordinatorIncarnation);

            await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator);
            RegisteredRunner second = await RowAsync(coordinator);
            Assert.Equal(first.CoordinatorId, second.CoordinatorId);
            Assert.NotEqual(first.CoordinatorIncarnation, second.CoordinatorIncarnation);
        }
    }

    [Fact]
    public async Task Start_RunnersOfAnotherCoordinator_AreLeftAlone()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await GiveAwayAsync(coordinator, Other);

        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        Assert.True((await RowAsync(coordinator)).IsConnected);
        Proto.Runner shown = (await coordinator.Fleet.GetRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId })).Runner;
        Assert.Equal(Proto.RunnerStatus.Online, shown.Status);
    }

    /// <summary>Rows from before owners were kept are those of the only coordinator that there was.</summary>
    [Fact]
    public async Task Start_RunnersThatNameNoCoordinator_AreItsOwn()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await GiveAwayAsync(coordinator, "");

        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        Assert.False((await RowAsync(coordinator)).IsConnected);
    }

    private static async Task<RegisteredRunner> RowAsync(RunningCoordinator coordinator)
    {
        await using CoordinatorDbContext db = await ContextAsync(coordinator);
        return await db.Runners.AsNoTracking().SingleAsync(Cancelled);
    }

    private static async Task GiveAwayAsync(RunningCoordinator coordinator, string coordinatorId)
    {
        await using CoordinatorDbContext db = await ContextAsync(coordinator);
        await db.Runners.ExecuteUpdateAsync(runner => runner.SetProperty(r => r.CoordinatorId, coordinatorId), Cancelled);
    }

    private static Task<CoordinatorDbContext> ContextAsync(RunningCoordinator coordinator) =>
        coordinator.Services.GetRequiredService<IDbContextFactory<CoordinatorDbContext>>().CreateDbContextAsync(Cancelled);
}
