using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Sessions;

/// <summary>Watchers converge to what the database says, whatever happens to them on the way.</summary>
public sealed class SessionWatchTests
{
    [Fact]
    public async Task Watch_FromTheBeginning_GetsSnapshotThenEveryChange()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session before = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await using WatcherView view = new(coordinator);
        await view.UntilAsync(v => v.Sessions.ContainsKey(before.SessionId));

        Proto.Session after = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await view.UntilAsync(v => v.Sessions.ContainsKey(after.SessionId));
        await coordinator.StopAsync(before.SessionId);
        await view.UntilAsync(v => v.Sessions.GetValueOrDefault(before.SessionId)?.Status == Proto.SessionStatus.Stopped);
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = before.SessionId });
        await view.UntilAsync(v => !v.Sessions.ContainsKey(before.SessionId));

        Assert.Equal(1, view.Snapshots);
        Assert.Equal(["SessionCreated", "SessionUpdated", "SessionDeleted"], view.Deltas.Take(3));
        await view.ConvergesAsync();
    }

    [Fact]
    public async Task Watch_Resumed_GetsOnlyWhatChangedAndConverges()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session kept = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.Session changed = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Proto.Session deleted = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await using WatcherView view = new(coordinator);
        await view.UntilAsync(v => v.Sessions.Count == 3 && v.Revision > 0);
        await view.DisconnectAsync();

        await coordinator.StopAsync(changed.SessionId);
        await coordinator.StopAsync(deleted.SessionId);
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = deleted.SessionId });
        Proto.Session added = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        view.Reconnect();

        await view.UntilAsync(v => v.Sessions.ContainsKey(added.SessionId));
        Assert.Equal(1, view.Snapshots);
        Assert.Equal([kept.SessionId, changed.SessionId, added.SessionId], view.Sessions.Keys.Order());
        await view.ConvergesAsync();
    }

    [Fact]
    public async Task Watch_ResumedWithNothingNew_IsToldAtOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:WatchHeartbeatInterval=00:05:00");
        await coordinator.Sessions.StartSessionAsync(Calls.Start());
        await using WatcherView view = new(coordinator);
        await view.UntilAsync(v => v is { Sessions.Count: 1, Revision: > 0 });

        using var resumed = coordinator.Sessions.WatchSessions(new() { AfterRevision = view.Revision });

        Assert.True(await resumed.ResponseStream.MoveNext().WithTimeout());
        Assert.NotNull(resumed.ResponseStream.Current.Heartbeat);
        Assert.Equal(view.Revision, resumed.ResponseStream.Current.Revision);
    }

    [Fact]
    public async Task Watch_ResumedAfterARestartOfTheCoordinator_Converges()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.StartSessionAsync(Calls.Start());
        await using WatcherView view = new(coordinator);
        await view.UntilAsync(v => v is { Sessions.Count: 1, Revision: > 0 });

        await coordinator.StopAsync();
        await view.Ended.WithTimeout();
        await coordinator.StartAgainAsync();
        Proto.Session after = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        view.Reconnect();

        await view.UntilAsync(v => v.Sessions.ContainsKey(after.SessionId));
        Assert.Equal(1, view.Snapshots);
        await view.ConvergesAsync();
    }

    [Fact]
    public async Task Watch_OfARevisionFromElsewhere_GetsASnapshot()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await using WatcherView view = new(coordinator, afterRevision: 1_000_000);

        await view.UntilAsync(v => v.Sessions.ContainsKey(session.SessionId));

        Assert.Equal(1, view.Snapshots);
    }

    [Fact]
    public async Task Watch_WithAFilter_SeesSessionsComeAndGo()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using WatcherView view = new(
            coordinator, filter: new Proto.SessionFilter { Statuses = { Proto.SessionStatus.Pending }, AgentName = "tester" });
        await view.UntilAsync(v => v.Snapshots == 1);
        Proto.Session pending = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await view.UntilAsync(v => v.Sessions.ContainsKey(pending.SessionId));

        await coordinator.StopAsync(pending.SessionId);

        await view.UntilAsync(v => !v.Sessions.ContainsKey(pending.SessionId));
        Assert.Equal(["SessionCreated", "SessionDeleted"], view.Deltas);
    }

    [Fact]
    public async Task Watch_SlowReader_IsConflatedConvergesAndHoldsNobodyUp()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1_000));
        // Takes the snapshot and then nothing more until the end.
        using var slow = coordinator.Sessions.WatchSessions(new());
        await slow.ResponseStream.MoveNext().WithTimeout();
        await using WatcherView quick = new(coordinator);

        // Enough changes of a few sessions to fill every buffer on the way to a reader that does not read.
        List<(Proto.Session Session, Proto.StartRun Start)> running = [];
        for (int i = 0; i < 20; i++)
            running.Add(await coordinator.StartRunningAsync(runner));
        string padding = new('x', 8_000);
        for (int round = 0; round < 30; round++)
        {
            foreach (var (session, _) in running)
            {
                await coordinator.StopAsync(
                    session.SessionId, s => (s.GracePeriod, s.Reason) = (new() { Seconds = 3_000 - round }, padding[..1_000]));
            }
        }

        foreach (var (_, start) in running)
            await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await quick.UntilAsync(v => v.Sessions.Count == 20 && v.Sessions.Values.All(s => s.Status == Proto.SessionStatus.Stopped));

        Dictionary<string, Proto.SessionStatus> seen = [];
        while (seen.Count < 20 || seen.Values.Any(s => s != Proto.SessionStatus.Stopped))
        {
            Assert.True(await slow.ResponseStream.MoveNext().WithTimeout());
            if ((slow.ResponseStream.Current.SessionUpdated ?? slow.ResponseStream.Current.SessionCreated) is { } session)
                seen[session.SessionId] = session.Status;
        }

        await quick.ConvergesAsync();
    }

    [Fact]
    public async Task Watch_WithNothingToTell_SendsHeartbeats()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:WatchHeartbeatInterval=00:00:01");
        using var watch = coordinator.Sessions.WatchSessions(new());
        await watch.ResponseStream.MoveNext().WithTimeout();
        await watch.ResponseStream.MoveNext().WithTimeout();

        Assert.NotNull(watch.ResponseStream.Current.Heartbeat);
    }
}
