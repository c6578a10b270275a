using Coordinator.Connections;
using Coordinator.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Stops;

/// <summary>Stops of many: what they would do, descendants that are started meanwhile, and crashes in the middle.</summary>
public sealed class ScopedStopTests
{
    private const string Other = "rnr_00000000000000000000000002";

    [Fact]
    public async Task Start_UnderASessionThatIsStoppedWithItsChildren_IsRefusedUntilItHasEnded()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (root, start) = await coordinator.StartRunningAsync(runner);
        var (child, childStart) = await StartRunningAsync(coordinator, runner, root.SessionId);
        await runner.EndedAsync(childStart.RunId, childStart.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(childStart.RunId, r => r.EndTime is not null);
        await coordinator.StopAsync(root.SessionId, s => s.IncludeChildren = true);
        Assert.True((await coordinator.RunAsync(start.RunId)).Stop.IncludeChildren);

        // Directly, below a child that has ended, and by continuing such a child.
        foreach (string parent in (string[])[root.SessionId, child.SessionId])
        {
            RpcException refused = await StartAsync(coordinator, parent).FailsAsync(StatusCode.FailedPrecondition, "PARENT_STOPPING");
            Assert.Contains(root.SessionId, refused.Status.Detail, StringComparison.Ordinal);
        }

        await coordinator.Sessions.ResumeSessionAsync(new() { SessionId = child.SessionId, Prompt = "go on" }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "PARENT_STOPPING");
        // Elsewhere nothing is in the way.
        await StartAsync(coordinator, "");

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
        await StartAsync(coordinator, root.SessionId);
    }

    [Fact]
    public async Task Start_UnderASessionThatIsStoppedAlone_IsAllowedUntilAStopIncludesTheChildren()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (root, _) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(root.SessionId);
        await runner.NextStopAsync();
        var (child, childStart) = await StartRunningAsync(coordinator, runner, root.SessionId);

        Proto.StopSessionResponse second = await coordinator.StopAsync(root.SessionId, s => s.IncludeChildren = true);

        Assert.True(second.AlreadyStopping);
        Assert.Equal(child.SessionId, Assert.Single(second.Children).SessionId);
        await StartAsync(coordinator, root.SessionId).FailsAsync(StatusCode.FailedPrecondition, "PARENT_STOPPING");
        // The child is told; for the root nothing new is to be carried out.
        Assert.Equal((childStart.RunId, 0), ((await runner.NextStopAsync()).RunId, await runner.WaitingStopsAsync()));
    }

    [Fact]
    public async Task Start_RacingAStopWithChildren_IsEitherRefusedOrStopped()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 1));
        var (root, _) = await coordinator.StartRunningAsync(runner);
        // The agent starts children as fast as it can, in parallel, before, while and after it is stopped.
        Task<Proto.Session?>[] starts = [.. Enumerable.Range(0, 200).Select(_ => TryStartAsync(coordinator, root.SessionId))];
        await Task.WhenAny(starts);
        Task<Proto.StopSessionResponse> stop = coordinator.StopAsync(root.SessionId, s => s.IncludeChildren = true);
        Proto.Session?[] started = await Task.WhenAll(
            [.. starts, .. Enumerable.Range(0, 200).Select(_ => TryStartAsync(coordinator, root.SessionId))]);
        Proto.StopSessionResponse answer = await stop;

        string[] children = [.. started.OfType<Proto.Session>().Select(s => s.SessionId)];
        Assert.NotEmpty(children);
        await StartAsync(coordinator, root.SessionId).FailsAsync(StatusCode.FailedPrecondition, "PARENT_STOPPING");
        Assert.Equal(children.Order(StringComparer.Ordinal), answer.Children.Select(c => c.SessionId).Order(StringComparer.Ordinal));
        foreach (string child in children)
            Assert.Equal(Proto.SessionStatus.Stopped, (await coordinator.SessionAsync(child)).Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task StopSessions_ValidateOnly_IsExactlyWhatTheStopThenDoes(int seed)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner offline = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 6));
        await using ScriptedRunner online = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(Other, capacity: 10));
        Random random = new(seed);
        List<Proto.Session> world = [];
        for (int i = 0; i < 30; i++)
            world.Add(await InventAsync(coordinator, random, world, i % 3 == 0 ? offline : online));
        await offline.CutAsync();
        await coordinator.StoredOfflineAsync();

        for (int i = 0; i < 8; i++)
        {
            Proto.StopSessionsRequest request = Ask(random, world);
            request.ValidateOnly = true;
            Proto.StopSessionsResponse dry = await coordinator.Sessions.StopSessionsAsync(request);
            Assert.Equal(dry, await coordinator.Sessions.StopSessionsAsync(request));
            request.ValidateOnly = false;
            Assert.Equal(dry, await coordinator.Sessions.StopSessionsAsync(request));
        }

        Proto.ListSessionsResponse all = await coordinator.Sessions.ListSessionsAsync(new() { PageSize = 1_000 });
        Assert.Equal(world.Count, all.Sessions.Count);
        Assert.True(all.Sessions.Select(s => s.Status).Distinct().Count() >= 4, all.Sessions.ToString());
    }

    [Fact]
    public async Task StopSessions_CommittedButNotPushed_IsReplayedToTheRunnersAfterARestart()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        List<(Proto.Session Session, Proto.StartRun Start)> running = [];
        for (int i = 0; i < 5; i++)
            running.Add(await coordinator.StartRunningAsync(runner));
        Proto.Session pending = (await coordinator.Sessions.StartSessionAsync(Calls.Start(executor: "another"))).Session;
        // The commit is made, and what follows from it finds nobody: as if the coordinator had been killed in between.
        RunnerStreams streams = coordinator.Services.GetRequiredService<RunnerStreams>();
        streams.Remove(ScriptedRunner.DefaultId, streams.Find(ScriptedRunner.DefaultId)!.Epoch);

        Proto.StopSessionsResponse answer = await coordinator.Sessions.StopSessionsAsync(new() { Filter = new() });
        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        Assert.Equal(6, answer.Outcomes.Count);
        Assert.Equal(0, await runner.WaitingStopsAsync());
        Assert.Equal(Proto.SessionStatus.Stopped, (await coordinator.SessionAsync(pending.SessionId)).Status);
        await using ScriptedRunner back = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Holding(running.Select(r => r.Start)));
        List<string> stopped = [];
        while (stopped.Count < running.Count)
        {
            Proto.StopRun stop = await back.NextStopAsync();
            stopped.Add(stop.RunId);
            back.GoOnAfter(running.Single(r => r.Start.RunId == stop.RunId).Start, sequence: 1);
            await back.EndedAsync(stop.RunId, stop.Epoch, Proto.RunOutcome.Stopped);
        }

        Assert.Equal(running.Select(r => r.Start.RunId).Order(StringComparer.Ordinal), stopped.Order(StringComparer.Ordinal));
        foreach (var (_, start) in running)
            await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);
    }

    private static async Task<Proto.Session> StartAsync(RunningCoordinator coordinator, string parent)
    {
        Proto.StartSessionRequest request = Calls.Start();
        request.ParentSessionId = parent;
        return (await coordinator.Sessions.StartSessionAsync(request)).Session;
    }

    private static async Task<Proto.Session?> TryStartAsync(RunningCoordinator coordinator, string parent)
    {
        try
        {
            return await StartAsync(coordinator, parent);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            return null;
        }
    }

    private static async Task<(Proto.Session Session, Proto.StartRun Start)> StartRunningAsync(
        RunningCoordinator coordinator, ScriptedRunner runner, string parent)
    {
        Proto.Session session = await StartAsync(coordinator, parent);
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.StartedAsync(start);
        await runner.NextAckAsync();
        return (session, start);
    }

    /// <summary>A session somewhere in its life, below one of the others or none.</summary>
    private static async Task<Proto.Session> InventAsync(
        RunningCoordinator coordinator, Random random, List<Proto.Session> world, ScriptedRunner runner)
    {
        bool isPlaced = random.Next(4) > 0;
        Proto.StartSessionRequest request = Calls.Start(executor: isPlaced ? "command" : "another");
        request.ParentSessionId = random.Next(2) == 0 || world.Count == 0 ? "" : world[random.Next(world.Count)].SessionId;
        request.AgentName = $"agent {random.Next(3)}";
        request.Demands = new Proto.RunDemands { RunnerId = isPlaced ? runner.RunnerId : "" };
        request.QueueTimeout = new() { Seconds = 3_600 };
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(request)).Session;
        if ((await coordinator.RunAsync(session.RunId)).Status != Proto.RunStatus.Claimed)
            return session;
        Proto.StartRun start = await runner.NextStartAsync();
        int fate = random.Next(6);
        if (fate == 0)
            return session;
        await runner.StartedAsync(start);
        if (fate == 1)
            await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, random.Next(2));
        await coordinator.RunWhenAsync(session.RunId, r => fate == 1 ? r.EndTime is not null : r.Status == Proto.RunStatus.Running);
        if (fate is 2 or 3)
            await coordinator.StopAsync(session.SessionId, s => s.GracePeriod = new() { Seconds = random.Next(5, 20) });
        if (fate == 3)
        {
            await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
            await coordinator.RunWhenAsync(session.RunId, r => r.EndTime is not null);
        }

        return session;
    }

    private static Proto.StopSessionsRequest Ask(Random random, List<Proto.Session> world)
    {
        Proto.StopSessionsRequest request = new()
        {
            GracePeriod = new() { Seconds = random.Next(1, 30) },
            Force = random.Next(4) == 0,
            IncludeChildren = random.Next(2) == 0,
        };
        if (random.Next(2) == 0)
        {
            request.Filter = new Proto.SessionFilter { AgentName = $"agent {random.Next(3)}" };
            if (random.Next(2) == 0)
                request.Filter.Statuses.Add([Proto.SessionStatus.Running, Proto.SessionStatus.Stopping]);
        }
        else
        {
            request.SessionIds.AddRange(Enumerable.Range(0, random.Next(1, 5)).Select(_ => world[random.Next(world.Count)].SessionId));
            request.SessionIds.Add("ses_unknown");
        }

        return request;
    }
}
