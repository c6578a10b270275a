using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Tests.Sessions;

public sealed class StartTests
{
    [Fact]
    public async Task Start_RepeatedWithItsRequestId_ReturnsTheFirstAnswerOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.StartSessionRequest request = Calls.Start();
        request.RequestId = "req-1";
        request.Labels.Add(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        Proto.StartSessionRequest sameInAnotherOrder = Calls.Start();
        sameInAnotherOrder.RequestId = "req-1";
        sameInAnotherOrder.Labels.Add(new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });

        Proto.StartSessionResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => coordinator.Sessions.StartSessionAsync(i % 2 == 0 ? request : sameInAnotherOrder).ResponseAsync));

        Assert.Single(answers.Select(a => (a.Session.SessionId, a.Run.RunId)).Distinct());
        Assert.Equal(1, (await coordinator.Sessions.ListSessionsAsync(new())).TotalSize);
        request.Prompt = "something else";
        await coordinator.Sessions.StartSessionAsync(request).ResponseAsync.FailsAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED");
    }

    [Fact]
    public async Task Start_MoreThanThereAreSlots_AreGivenOutOldestFirstAsSlotsBecomeFree()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> expected = [];
        for (int i = 0; i < 5; i++)
            expected.Add((await coordinator.Sessions.StartSessionAsync(Calls.Start())).Run.RunId);
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(capacity: 2));

        List<string> given = [];
        while (given.Count < 5)
        {
            Proto.StartRun start = await runner.NextStartAsync();
            given.Add(start.RunId);
            Proto.Runner now = (await coordinator.Fleet.GetRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId })).Runner;
            Assert.InRange(now.ActiveRuns, 1, 2);
            await runner.StartedAsync(start);
            await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        }

        Assert.Equal(expected, given);
    }

    [Fact]
    public async Task Start_WithDemands_GoesToTheRunnerThatMatchesPastThoseThatWait()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.RunnerHello gpu = ScriptedRunner.Hello("rnr_00000000000000000000000002");
        gpu.Tags.Add("gpu");
        gpu.Hostname = "Other-Host";
        await using ScriptedRunner plain = await ScriptedRunner.ConnectAsync(coordinator);
        await using ScriptedRunner tagged = await ScriptedRunner.ConnectAsync(coordinator, gpu);
        Proto.StartSessionRequest impossible = Calls.Start();
        impossible.Demands = new() { Tags = { "gpu", "arm" } };
        Proto.Session waiting = (await coordinator.Sessions.StartSessionAsync(impossible)).Session;
        Proto.StartSessionRequest possible = Calls.Start();
        possible.Demands = new() { Tags = { "gpu" }, Hostname = "other-host" };

        Proto.Run run = (await coordinator.Sessions.StartSessionAsync(possible)).Run;

        Assert.Equal(run.RunId, (await tagged.NextStartAsync()).RunId);
        Assert.Contains("'gpu', 'arm'", (await coordinator.SessionAsync(waiting.SessionId)).PendingReason);
    }

    [Fact]
    public async Task Drain_RunnerGetsNoNewRunsUntilUndrained()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId, Reason = "new disk" });

        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        Assert.Equal("Every matching runner is draining.", session.PendingReason);
        Assert.Equal(0, await runner.WaitingStartsAsync());
        Proto.Runner undrained = (await coordinator.Fleet.UndrainRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId })).Runner;

        Assert.False(undrained.Draining);
        Assert.Equal(session.RunId, (await runner.NextStartAsync()).RunId);
    }

    [Fact]
    public async Task Resume_GoesOnWhereTheConversationIs()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await using ScriptedRunner other = await ScriptedRunner.ConnectAsync(
            coordinator, ScriptedRunner.Hello("rnr_00000000000000000000000002", capacity: 1));
        var (session, first) = await coordinator.StartRunningAsync(runner);
        await runner.EndedAsync(
            first.RunId, first.Epoch, Proto.RunOutcome.Exited, 0, e => (e.ExecutorSessionId, e.ResultText) = ("conversation-1", "done"));
        await coordinator.RunWhenAsync(first.RunId, r => r.Status == Proto.RunStatus.Completed);
        Assert.Equal("done", (await coordinator.Sessions.GetSessionResultAsync(new() { SessionId = session.SessionId })).ResultText);

        Proto.ResumeSessionResponse resumed = await coordinator.Sessions.ResumeSessionAsync(
            new() { SessionId = session.SessionId, Prompt = "go on" });

        Proto.StartRun start = await runner.NextStartAsync();
        Assert.Equal((resumed.Run.RunId, "conversation-1", "go on"), (start.RunId, start.ExecutorSessionId, start.Prompt));
        Assert.True(resumed.Run.Resumed);
        Assert.Equal(2, (await coordinator.Runs.ListRunsAsync(new() { SessionId = session.SessionId })).Runs.Count);
    }

    [Fact]
    public async Task MaxRuntime_WhenOver_TheCoordinatorStopsTheRun()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.StartSessionRequest request = Calls.Start();
        request.MaxRuntime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200));
        string sessionId = (await coordinator.Sessions.StartSessionAsync(request)).Session.SessionId;
        await runner.StartedAsync(await runner.NextStartAsync());

        await runner.NextStopAsync();

        Proto.StopRecord stop = (await coordinator.SessionAsync(sessionId)).Stop;
        Assert.Equal(("coordinator", "max_runtime is over."), (stop.RequestedBy, stop.Reason));
    }

    [Fact]
    public async Task List_PageByPage_IsNewestFirstAndComplete()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> expected = [];
        for (int i = 0; i < 7; i++)
            expected.Insert(0, (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session.SessionId);
        List<string> listed = [];
        Proto.ListSessionsRequest request = new() { PageSize = 3, Filter = new() { Text = "TESTER" } };
        do
        {
            Proto.ListSessionsResponse page = await coordinator.Sessions.ListSessionsAsync(request);
            Assert.Equal(7, page.TotalSize);
            listed.AddRange(page.Sessions.Select(s => s.SessionId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(expected, listed);

        request = new() { PageSize = 2, BeforeSessionId = expected[2] };
        Proto.ListSessionsResponse older = await coordinator.Sessions.ListSessionsAsync(request);
        request.PageToken = older.NextPageToken;
        Proto.ListSessionsResponse oldest = await coordinator.Sessions.ListSessionsAsync(request);
        Assert.Equal(expected[3..], older.Sessions.Concat(oldest.Sessions).Select(s => s.SessionId));
    }

    [Fact]
    public async Task Timeline_FollowedWhileItGrows_HasEveryEventInOrder()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        using var follow = coordinator.Sessions.WatchSessionEvents(new() { SessionId = session.SessionId, Follow = true });
        List<Proto.SessionEvent> events = [];
        async Task UntilAsync(Func<bool> done)
        {
            while (!done())
            {
                Assert.True(await follow.ResponseStream.MoveNext().WithTimeout());
                events.AddRange(follow.ResponseStream.Current.Events);
            }
        }

        await UntilAsync(() => events.Count == 2);
        for (int i = 0; i < 50; i++)
            await runner.OutputAsync(start, [.. Enumerable.Range(i * 40, 40).Select(n => $"line {n}")]);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await UntilAsync(() => events[^1].RunCompleted is not null);

        Assert.Equal(Enumerable.Range(1, 2_003).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 2_000).Select(n => $"line {n}"), events.Where(e => e.Output is not null).Select(e => e.Output.Text));
        Assert.Equal("work", events[0].Message.Text);
        using var rest = coordinator.Sessions.WatchSessionEvents(new() { SessionId = session.SessionId, AfterSequence = 1_000 });
        Assert.True(await rest.ResponseStream.MoveNext().WithTimeout());
        Assert.Equal(1_001, rest.ResponseStream.Current.Events[0].Sequence);
    }
}
