using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Testing.Waiting;
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

        await coordinator.Services.GetRequiredService<Ledger>().ExecuteAsync([LedgerKey.Session(started.SessionId)], async work =>
        {
            Session session = (await work.FindSessionAsync(started.SessionId))!;
            work.Append(session, started.RunId, ScriptedRunner.Line("a line"));
            await work.FindSessionAsync("ses_nobody");
            return true;
        });

        Proto.ListSessionEventsResponse page = await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = started.SessionId });
        Assert.Equal([1, 2], page.Events.Select(e => e.Sequence));
        Assert.Equal("a line", page.Events[^1].Output.Text);
    }

    /// <summary>The coordinator rehearses a stop when it starts, and its health is asked for at the same time.</summary>
    [Fact]
    public async Task Rehearse_WhileOthersWrite_TakesNothingOfTheirsBack()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        TaskCompletionSource isUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously), goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task rehearsal = coordinator.Services.GetRequiredService<Ledger>().RehearseAsync(async work =>
        {
            (await work.ChangeStateAsync()).ForgottenRevision = 1_000;
            isUnderWay.SetResult();
            await goOn.Task;
        });
        await isUnderWay.Task.WithTimeout();

        Task<Proto.StartSessionResponse> start = coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true" }).ResponseAsync;
        goOn.SetResult();
        await rehearsal.WithTimeout();
        Proto.Session started = (await start.WithTimeout()).Session;

        Assert.Equal(1, started.Revision);
        Assert.Equal(started.SessionId, Assert.Single((await coordinator.Sessions.ListSessionsAsync(new())).Sessions).SessionId);
    }
}
