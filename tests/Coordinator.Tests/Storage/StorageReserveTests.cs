using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Storage;

/// <summary>What is stored with the space that is kept free for stops, on a disk that is full otherwise.</summary>
public sealed class StorageReserveTests
{
    private const int NoRoom = 1006, Released = 1007;

    private readonly FullDisk _disk = new();
    private readonly SpareSpace _space;

    public StorageReserveTests() => _space = new SpareSpace(_disk);

    [Fact]
    public async Task Released_SlotThatAStopFrees_IsNobodysUntilThereIsRoom()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));
        var (session, start) = await coordinator.StartRunningAsync(runner);
        Proto.Session waiting = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;

        _disk.IsFull = true;
        Assert.Equal(Proto.StopDelivery.Sent, (await coordinator.StopAsync(session.SessionId)).Delivery);
        await runner.NextStopAsync();
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await runner.NextAckAsync();

        Assert.Equal(Proto.RunStatus.Stopped, (await coordinator.RunAsync(start.RunId)).Status);
        Assert.Equal((Proto.RunStatus.Pending, 0), ((await coordinator.RunAsync(waiting.RunId)).Status, await runner.WaitingStartsAsync()));
        _space.HasRoom = true;
        Assert.Equal(waiting.RunId, (await runner.NextStartAsync()).RunId);
    }

    [Fact]
    public async Task Released_EndThatNobodyAskedFor_WaitsForRoomAndThoseOfStopsDoNot()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, stopped) = await coordinator.StartRunningAsync(runner);
        var (_, broken) = await coordinator.StartRunningAsync(runner);
        var (_, other) = await coordinator.StartRunningAsync(runner);

        _disk.IsFull = true;
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();
        await runner.EndedAsync(broken.RunId, broken.Epoch, Proto.RunOutcome.ContainmentBroken);
        await runner.NextAckAsync();
        await runner.EndedAsync(other.RunId, other.Epoch, Proto.RunOutcome.Exited, 0);
        // The agent was faster than its stop, and that is told of the stop.
        await runner.EndedAsync(stopped.RunId, stopped.Epoch, Proto.RunOutcome.Exited, 0);

        Proto.Run late = await coordinator.RunWhenAsync(stopped.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Completed, Proto.StopOutcome.TooLate), (late.Status, late.Stop.Outcome));
        Assert.Equal(Proto.RunStatus.Failed, (await coordinator.RunAsync(broken.RunId)).Status);
        Assert.Equal((Proto.RunStatus.Running, 0), ((await coordinator.RunAsync(other.RunId)).Status, await runner.WaitingAcksAsync()));

        _space.HasRoom = true;
        await runner.Ended.WithTimeout();
        Proto.RunnerHello hello = ScriptedRunner.Holding(Proto.HeldRunState.Ended, other, stopped);
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator, hello);
        again.GoOnAfter(other, sequence: 1);
        await again.EndedAsync(other.RunId, other.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(other.RunId, r => r.Status == Proto.RunStatus.Completed);
    }

    [Fact]
    public async Task Released_EndThatOvertookTheStart_IsFollowedByIt()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (first, held) = await coordinator.StartRunningAsync(runner);
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.StartRun start = await runner.NextStartAsync();

        _disk.IsFull = true;
        await coordinator.StopAsync(first.SessionId);
        await runner.StartedAsync(start);
        await coordinator.StopAsync(session.SessionId);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        Proto.Run stopped = await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, null), (stopped.Status, stopped.StartTime));

        _space.HasRoom = true;
        await runner.Ended.WithTimeout();
        Proto.RunnerHello hello = ScriptedRunner.Holding(Proto.HeldRunState.Ended, start);
        hello.Runs.AddRange(ScriptedRunner.Holding(held).Runs);
        await using ScriptedRunner again = await ScriptedRunner.ConnectAsync(coordinator, hello);
        await again.StartedAsync(start);
        await again.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await Eventually.Get(again.NextAckAsync, ack => ack.Sequence == 2);

        Proto.Run told = await coordinator.RunAsync(start.RunId);
        Assert.Equal((stopped.Status, stopped.EndTime, stopped.Stop.Outcome), (told.Status, told.EndTime, told.Stop.Outcome));
        Assert.NotNull(told.StartTime);
        Assert.Single(await coordinator.EventsAsync(session.SessionId), e => e.RunStarted is not null);
    }

    [Fact]
    public async Task Batch_SplitWhenTheSpaceIsReleased_StoresWhatMayUseItAndNothingBehind()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        Ledger ledger = coordinator.Services.GetRequiredService<Ledger>();
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> holding = ledger.ExecuteAsync([], async scope =>
        {
            await open.Task;
            return true;
        });
        // What waits meanwhile is taken into one batch.
        Task before = WriteAsync(ledger, usesReserve: false);
        Task stop = WriteAsync(ledger, usesReserve: true);
        Task behind = WriteAsync(ledger, usesReserve: false);

        _disk.IsFull = true;
        open.SetResult();

        await holding.WithTimeout();
        await stop.WithTimeout();
        foreach (Task other in (Task[])[before, behind])
            Assert.Equal(Reasons.StorageFull, (await Assert.ThrowsAsync<CoordinatorException>(() => other.WithTimeout())).Reason);
    }

    [Fact]
    public async Task Operation_ThatTurnsOutNotToBeOfAStop_NeitherReleasesTheSpaceNorUsesIt()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        Ledger ledger = coordinator.Services.GetRequiredService<Ledger>();
        StorageReserve reserve = coordinator.Services.GetRequiredService<StorageReserve>();
        _disk.IsFull = true;

        await Assert.ThrowsAsync<CoordinatorException>(() => WriteAsync(ledger, usesReserve: false));
        Assert.False(reserve.IsReleased);
        await WriteAsync(ledger, usesReserve: true);
        Assert.True(reserve.IsReleased);
        bool isTold = false;
        await Assert.ThrowsAsync<CoordinatorException>(() => WriteAsync(ledger, usesReserve: false, _ => isTold = true));
        Assert.True(isTold);
    }

    /// <summary>A coordinator that ends on a full disk must come back on it: there is nobody else who stops anything.</summary>
    [Theory]
    [InlineData(true, NoRoom)]
    [InlineData(false, Released)]
    public async Task Start_OnAFullDisk_StoresStopsAlone(bool isUsedUp, int told)
    {
        await using RunningCoordinator coordinator = await StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await runner.DisposeAsync();
        await coordinator.StopAsync();
        _space.HasRoom = !isUsedUp;
        _disk.IsFull = !isUsedUp;

        await coordinator.StartAgainAsync();

        Assert.Single(coordinator.Log.Records, r => r.EventId.Id == told);
        await coordinator.Sessions.StartSessionAsync(Calls.Start()).ResponseAsync.FailsAsync(StatusCode.ResourceExhausted, "STORAGE_FULL");
        Assert.Equal(Proto.StopDelivery.QueuedRunnerOffline, (await coordinator.StopAsync(session.SessionId)).Delivery);
        Assert.Equal(Proto.RunStatus.Stopping, (await coordinator.RunAsync(start.RunId)).Status);
        using var call = new Proto.RunnerService.RunnerServiceClient(coordinator.Channel).Connect();
        await call.RequestStream.WriteAsync(
            new Proto.RunnerFrame { Hello = ScriptedRunner.Holding(start) }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());
        Assert.Equal(start.RunId, call.ResponseStream.Current.StopRun.RunId);
    }

    private static Task<bool> WriteAsync(Ledger ledger, bool usesReserve, Action<Exception>? failed = null) => ledger.ExecuteAsync(
        [],
        async scope =>
        {
            (await scope.ChangeStateAsync()).CheckTime = scope.Now;
            return true;
        },
        failed,
        _ => ValueTask.FromResult(usesReserve));

    private Task<RunningCoordinator> StartAsync(Action<IServiceCollection>? more = null) => RunningCoordinator.StartAsync(services =>
    {
        _disk.AddTo(services);
        _space.AddTo(services);
        more?.Invoke(services);
    });
}
