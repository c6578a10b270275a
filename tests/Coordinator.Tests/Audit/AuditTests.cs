using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Audit;

/// <summary>Who asked for what, when, why and from where, and how it ended.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Stop_WithEveryStation_IsRecordedFromTheRequestToTheProof()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId, s => (s.Reason, s.GracePeriod) = ("too expensive", new() { Seconds = 7 }));
        await coordinator.StopAsync(session.SessionId, s => (s.Reason, s.Force) = ("now!", true));
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        Proto.Run run = await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped);

        Proto.AuditEntry[] entries = await ListAsync(coordinator, new() { RunId = start.RunId, RunnerId = ScriptedRunner.DefaultId });

        Assert.Equal([Proto.AuditAction.StopEnded, Proto.AuditAction.Stop, Proto.AuditAction.Stop], entries.Select(e => e.Action));
        var (end, second, first) = (entries[0], entries[1], entries[2]);
        Assert.Equal(
            ("too expensive", 7, false, false),
            (first.Reason, first.Stop.GracePeriod.Seconds, first.Stop.Force, first.Stop.AlreadyStopping));
        Assert.Equal(("now!", true, true), (second.Reason, second.Stop.Force, second.Stop.AlreadyStopping));
        Assert.NotEqual(first.OperationId, second.OperationId);
        Assert.Equal((first.OperationId, first.RequestedBy, "too expensive"), (end.OperationId, end.RequestedBy, end.Reason));
        Assert.Equal(
            (Proto.RunStatus.Stopped, Proto.StopOutcome.Proved, 0, run.EndTime),
            (end.End.RunStatus, end.End.Outcome, end.End.ProcessesLeft, end.End.EndTime));
        Assert.All(
            entries, e => Assert.Equal((session.SessionId, start.RunId, ScriptedRunner.DefaultId), (e.SessionId, e.RunId, e.RunnerId)));
        Assert.Equal(run.Stop.RequestedTime, first.Time);
        Assert.Matches(@"^(127\.0\.0\.1|\[::1\]):\d+$", first.Peer);
        Assert.StartsWith("operator@", first.RequestedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WithoutProof_IsRecordedAsSuch()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await runner.CutAsync();
        await using ScriptedRunner restarted = await ScriptedRunner.ConnectAsync(coordinator, ScriptedRunner.Hello(bootId: "boot-2"));
        await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);

        Proto.AuditedEnd end = (await ListAsync(
            coordinator, new() { RunId = start.RunId, Actions = { Proto.AuditAction.StopEnded } })).Single().End;

        Assert.Equal(
            (Proto.RunStatus.Failed, Proto.StopOutcome.Unproved, "RUNNER_RESTARTED", false),
            (end.RunStatus, end.Outcome, end.FailureReason, end.HasProcessesLeft));
    }

    [Fact]
    public async Task StartAndResume_AreRecordedOnceForEachRun_WithWhoAskedAndFromWhere()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.StartSessionRequest request = Calls.Start("the secret plan");
        request.RequestId = "req-1";
        Proto.StartSessionResponse[] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => coordinator.Sessions.StartSessionAsync(request).ResponseAsync));
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);
        string sessionId = answers[0].Session.SessionId;
        Proto.ResumeSessionRequest more = new() { SessionId = sessionId, Prompt = "the rest of the secret plan", RequestId = "req-2" };
        Proto.Run resumed = (await coordinator.Sessions.ResumeSessionAsync(more)).Run;
        await coordinator.Sessions.ResumeSessionAsync(more);

        Proto.AuditEntry[] entries = await ListAsync(coordinator, new());

        Assert.Equal(
            [
                (Proto.AuditAction.ResumeSession, resumed.RunId, resumed.CreateTime),
                (Proto.AuditAction.StartSession, start.RunId, answers[0].Run.CreateTime),
            ],
            entries.Select(e => (e.Action, e.RunId, e.Time)));
        Assert.All(entries, e => Assert.Equal((sessionId, "", ""), (e.SessionId, e.RunnerId, e.Reason)));
        Assert.All(entries, e => Assert.Equal(Proto.AuditEntry.DetailsOneofCase.None, e.DetailsCase));
        Assert.All(entries, e => Assert.StartsWith("operator@", e.RequestedBy, StringComparison.Ordinal));
        Assert.All(entries, e => Assert.Matches(@"^(127\.0\.0\.1|\[::1\]):\d+$", e.Peer));
        Assert.Equal(2, entries.Select(e => e.OperationId).Distinct().Count(id => id.StartsWith("op_", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret", string.Concat(entries.Select(e => e.ToString())), StringComparison.Ordinal);
        Assert.Equal(entries[1], Assert.Single(await ListAsync(coordinator, new() { Actions = { Proto.AuditAction.StartSession } })));
        Assert.Equal(entries[0], Assert.Single(await ListAsync(coordinator, new() { Actions = { Proto.AuditAction.ResumeSession } })));
    }

    [Fact]
    public async Task StartOrResume_ThatIsRefused_LeavesNoEntry()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:MaxPendingRuns=1");
        Proto.StartSessionRequest request = Calls.Start();
        request.RequestId = "req-1";
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(request)).Session;
        Proto.AuditEntry only = Assert.Single(await ListAsync(coordinator, new()));

        await coordinator.Sessions.StartSessionAsync(Calls.Start()).ResponseAsync.FailsAsync(StatusCode.ResourceExhausted, "QUEUE_FULL");
        await coordinator.Sessions.ResumeSessionAsync(new() { SessionId = session.SessionId, Prompt = "more" }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_ACTIVE");
        request.Prompt = "something else";
        await coordinator.Sessions.StartSessionAsync(request).ResponseAsync.FailsAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED");

        Assert.Equal(only, Assert.Single(await ListAsync(coordinator, new())));
    }

    [Fact]
    public async Task StopSessions_OfMany_RecordsEachUnderOneOperation()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        for (int i = 0; i < 3; i++)
            await coordinator.Sessions.StartSessionAsync(Calls.Start());
        Proto.ListAuditEntriesRequest ofStops = new() { Actions = { Proto.AuditAction.Stop, Proto.AuditAction.StopEnded } };
        Proto.StopSessionsRequest request = new() { Filter = new(), Reason = "evening", ValidateOnly = true };
        await coordinator.Sessions.StopSessionsAsync(request);
        Assert.Empty(await ListAsync(coordinator, ofStops));
        request.ValidateOnly = false;

        await coordinator.Sessions.StopSessionsAsync(request);

        Proto.AuditEntry[] entries = await ListAsync(coordinator, ofStops);
        Assert.Equal(
            (3, 3), (entries.Count(e => e.Action == Proto.AuditAction.Stop), entries.Count(e => e.Action == Proto.AuditAction.StopEnded)));
        Assert.Single(entries.Select(e => e.OperationId).Distinct());
        Assert.All(
            entries.Where(e => e.Action == Proto.AuditAction.StopEnded), e => Assert.Equal(Proto.StopOutcome.NeverStarted, e.End.Outcome));
    }

    [Fact]
    public async Task RunnersAndDeletions_AreRecordedAndOutliveWhatTheyTellOf()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await coordinator.Fleet.DrainRunnerAsync(
            new() { RunnerId = ScriptedRunner.DefaultId, Reason = "upgrade", StopAfter = new() { Seconds = 60 } });
        await coordinator.Fleet.UndrainRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId });
        await runner.CutAsync();
        await coordinator.OfflineAsync();
        await coordinator.Fleet.RemoveRunnerAsync(new() { RunnerId = ScriptedRunner.DefaultId });
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start("the secret plan"))).Session;
        await coordinator.StopAsync(session.SessionId);
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = session.SessionId });
        // Refusals change nothing, so there is nothing to record.
        await coordinator.StopAsync(session.SessionId).FailsAsync(StatusCode.NotFound, "SESSION_NOT_FOUND");

        Proto.AuditEntry[] ofRunner = await ListAsync(coordinator, new() { RunnerId = ScriptedRunner.DefaultId });
        Assert.Equal(
            [Proto.AuditAction.RemoveRunner, Proto.AuditAction.UndrainRunner, Proto.AuditAction.DrainRunner],
            ofRunner.Select(e => e.Action));
        Assert.Equal(("upgrade", 60), (ofRunner[2].Reason, ofRunner[2].Drain.StopAfter.Seconds));
        Proto.AuditEntry[] ofSession = await ListAsync(coordinator, new() { SessionId = session.SessionId });
        Assert.Equal(
            [Proto.AuditAction.DeleteSession, Proto.AuditAction.StopEnded, Proto.AuditAction.Stop, Proto.AuditAction.StartSession],
            ofSession.Select(e => e.Action));
        Assert.DoesNotContain(
            "secret", string.Concat((await ListAsync(coordinator, new())).Select(e => e.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ByTheCoordinatorOrARunner_NamesThemAndNoPeer()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        Proto.StartSessionRequest request = Calls.Start();
        request.MaxRuntime = new() { Nanos = 100_000_000 };
        Proto.Session limited = (await coordinator.Sessions.StartSessionAsync(request)).Session;
        await runner.StartedAsync(await runner.NextStartAsync());
        await runner.NextStopAsync();
        var (other, start) = await coordinator.StartRunningAsync(runner);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);

        Proto.ListAuditEntriesRequest stopsOfLimited = new() { SessionId = limited.SessionId, Actions = { Proto.AuditAction.Stop } };
        Proto.AuditEntry own = Assert.Single(await ListAsync(coordinator, stopsOfLimited));
        Assert.Equal(("coordinator", "", "max_runtime is over."), (own.RequestedBy, own.Peer, own.Reason));
        Proto.AuditEntry byRunner = (await ListAsync(
            coordinator, new() { SessionId = other.SessionId, Actions = { Proto.AuditAction.Stop } })).Single();
        Assert.Equal(($"runner {ScriptedRunner.DefaultId}", ""), (byRunner.RequestedBy, byRunner.Peer));
    }

    [Fact]
    public async Task List_PageByPage_IsStableWhileEntriesAreAdded()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> sessions = [];
        for (int i = 0; i < 6; i++)
            sessions.Insert(0, await StopOneAsync(coordinator));
        Proto.ListAuditEntriesRequest request = new() { Actions = { Proto.AuditAction.Stop }, PageSize = 4 };
        Proto.ListAuditEntriesResponse first = await coordinator.Audit.ListAuditEntriesAsync(request);
        await StopOneAsync(coordinator);
        request.PageToken = first.NextPageToken;
        Proto.ListAuditEntriesResponse second = await coordinator.Audit.ListAuditEntriesAsync(request);

        Assert.Equal(sessions, first.Entries.Concat(second.Entries).Select(e => e.SessionId));
        Assert.Empty(second.NextPageToken);
        request.Actions.Clear();
        await coordinator.Audit.ListAuditEntriesAsync(request).ResponseAsync.InvalidAsync("page_token");
        await coordinator.Audit.ListAuditEntriesAsync(
            new() { SessionId = "x", RunId = "y", RunnerId = "z", Actions = { (Proto.AuditAction)99 }, PageSize = -1 }).ResponseAsync
            .InvalidAsync("session_id", "run_id", "runner_id", "actions", "page_size");
    }

    private static async Task<string> StopOneAsync(RunningCoordinator coordinator)
    {
        string sessionId = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session.SessionId;
        await coordinator.StopAsync(sessionId);
        return sessionId;
    }

    private static async Task<Proto.AuditEntry[]> ListAsync(RunningCoordinator coordinator, Proto.ListAuditEntriesRequest request) =>
        [.. (await coordinator.Audit.ListAuditEntriesAsync(request)).Entries];
}
