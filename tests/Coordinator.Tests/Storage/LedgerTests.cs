using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Storage;

/// <summary>What operations of one transaction mean to each other.</summary>
public sealed class LedgerTests
{
    /// <summary>As when output and a stop that finds nothing to stop are committed together.</summary>
    [Fact]
    public async Task Execute_AppendsAndLooksAround_StillWritesTheTimeline()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session started = (await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true" })).Session;

        await coordinator.Services.GetRequiredService<Ledger>().ExecuteAsync(async work =>
        {
            Session session = (await work.FindSessionAsync(started.SessionId))!;
            work.Append(session, started.RunId, ScriptedRunner.Line("a line"));
            await work.FlushAsync();
            return true;
        });

        Proto.ListSessionEventsResponse page = await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = started.SessionId });
        Assert.Equal([1, 2], page.Events.Select(e => e.Sequence));
        Assert.Equal("a line", page.Events[^1].Output.Text);
    }
}
