using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Tests.Sessions;

/// <summary>Every row of the table of errors in docs/api.md, over the wire.</summary>
public sealed class ErrorTests
{
    private const string UnknownSession = "ses_00000000000000000000000000";
    private const string UnknownRun = "run_00000000000000000000000000";
    private const string UnknownRunner = "rnr_00000000000000000000000000";

    [Fact]
    public async Task UnknownIds_AreNotFoundAndNamed()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await FailsAsync(
            "SESSION_NOT_FOUND", UnknownSession, coordinator.Sessions.GetSessionAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND", UnknownSession, coordinator.Sessions.StopSessionAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.ResumeSessionAsync(new() { SessionId = UnknownSession, Prompt = "x" }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.DeleteSessionAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.GetSessionResultAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.WatchSessionEvents(new() { SessionId = UnknownSession }).ResponseStream.MoveNext());
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND",
            UnknownSession,
            coordinator.Sessions.SearchSessionEventsAsync(new() { SessionId = UnknownSession, Text = "x" }).ResponseAsync);
        await FailsAsync(
            "SESSION_NOT_FOUND", UnknownSession, coordinator.Runs.ListRunsAsync(new() { SessionId = UnknownSession }).ResponseAsync);
        await FailsAsync("RUN_NOT_FOUND", UnknownRun, coordinator.Runs.GetRunAsync(new() { RunId = UnknownRun }).ResponseAsync);
        await FailsAsync("RUN_NOT_FOUND", UnknownRun, coordinator.Runs.StopRunAsync(new() { RunId = UnknownRun }).ResponseAsync);
        await FailsAsync(
            "RUNNER_NOT_FOUND", UnknownRunner, coordinator.Fleet.GetRunnerAsync(new() { RunnerId = UnknownRunner }).ResponseAsync);
        await FailsAsync(
            "RUNNER_NOT_FOUND", UnknownRunner, coordinator.Fleet.DrainRunnerAsync(new() { RunnerId = UnknownRunner }).ResponseAsync);
        await FailsAsync(
            "RUNNER_NOT_FOUND", UnknownRunner, coordinator.Fleet.UndrainRunnerAsync(new() { RunnerId = UnknownRunner }).ResponseAsync);
        await FailsAsync(
            "RUNNER_NOT_FOUND", UnknownRunner, coordinator.Fleet.RemoveRunnerAsync(new() { RunnerId = UnknownRunner }).ResponseAsync);
        Proto.StartSessionRequest orphan = Calls.Start();
        orphan.ParentSessionId = UnknownSession;
        await FailsAsync("SESSION_NOT_FOUND", UnknownSession, coordinator.Sessions.StartSessionAsync(orphan).ResponseAsync);
    }

    [Fact]
    public async Task Stop_EndedSession_SaysItsStatusAndSinceWhen()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;
        await coordinator.StopAsync(session.SessionId);

        RpcException error = await coordinator.StopAsync(session.SessionId)
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_NOT_RUNNING");

        Assert.Contains(session.SessionId, error.Status.Detail);
        Assert.Contains("STOPPED since", error.Status.Detail);
    }

    [Fact]
    public async Task ResumeDeleteAndResult_OfAnActiveSession_AreRefused()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string id = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session.SessionId;

        await coordinator.Sessions.ResumeSessionAsync(new() { SessionId = id, Prompt = "x" }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_ACTIVE");
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = id }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_ACTIVE");
        await coordinator.Sessions.GetSessionResultAsync(new() { SessionId = id }).ResponseAsync
            .FailsAsync(StatusCode.FailedPrecondition, "SESSION_ACTIVE");
    }

    [Fact]
    public async Task Start_WithEverythingWrong_NamesEveryField()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.StartSessionRequest request = new()
        {
            SessionName = new string('n', 201),
            Executor = "no spaces allowed",
            Prompt = "",
            ProjectDir = "/a\nb",
            AgentName = new string('a', 201),
            ParentSessionId = "run_0",
            Labels = { [""] = "empty key" },
            QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(-1)),
            MaxRuntime = new Duration { Seconds = long.MinValue, Nanos = int.MaxValue },
            RequestId = "with space",
            Demands = new Proto.RunDemands { RunnerId = "x", Tags = { "" } },
        };

        await coordinator.Sessions.StartSessionAsync(request).ResponseAsync.InvalidAsync(
            "session_name", "executor", "prompt", "project_dir", "agent_name", "parent_session_id", "labels key", "queue_timeout",
            "max_runtime", "request_id", "demands.runner_id", "demands.tags[0]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ses_")]
    [InlineData("run_00000000000000000000000000")]
    [InlineData("ses_0000000000000000000000000000000000000000000000")]
    [InlineData("ses_../../etc/passwd")]
    [InlineData("ses_\u0000\u0001")]
    [InlineData("ses_\ud83d\ude00")]
    public async Task MalformedIds_AreInvalidEverywhere(string id)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.GetSessionAsync(new() { SessionId = id }).ResponseAsync.InvalidAsync("session_id");
        await coordinator.Sessions.StopSessionAsync(new() { SessionId = id }).ResponseAsync.InvalidAsync("session_id");
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = id }).ResponseAsync.InvalidAsync("session_id");
        await coordinator.Sessions.WatchSessionEvents(new() { SessionId = id }).ResponseStream.MoveNext().InvalidAsync("session_id");
        await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = id }).ResponseAsync.InvalidAsync("session_id");
        await coordinator.Sessions.SearchSessionEventsAsync(new() { SessionId = id, Text = "x" }).ResponseAsync.InvalidAsync("session_id");
    }

    [Fact]
    public async Task Watches_WithNegativeNumbers_NameEveryField()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.WatchSessions(new() { AfterRevision = -1, MaxEndedSessions = -1 }).ResponseStream.MoveNext()
            .InvalidAsync("after_revision", "max_ended_sessions");
        await coordinator.Sessions.WatchSessionEvents(new() { SessionId = UnknownSession, AfterSequence = -1, Tail = int.MinValue })
            .ResponseStream.MoveNext()
            .InvalidAsync("after_sequence", "tail");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_001)]
    public async Task ListSessionEvents_WithBadNumbers_NamesEveryField(int pageSize)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = UnknownSession, AfterSequence = -1, PageSize = pageSize })
            .ResponseAsync.InvalidAsync("after_sequence", "page_size");
    }

    [Theory]
    [InlineData("", -1)]
    [InlineData(" ", 10_001)]
    [InlineData("a\0b", int.MinValue)]
    [InlineData(null, int.MaxValue)]
    public async Task SearchSessionEvents_WithEverythingWrong_NamesEveryField(string? text, int maxResults)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.SearchSessionEventsAsync(new()
        {
            SessionId = "x",
            Text = text ?? new string('t', 201),
            AfterSequence = -1,
            MaxResults = maxResults,
        }).ResponseAsync.InvalidAsync("session_id", "text", "after_sequence", "max_results");
    }

    [Fact]
    public async Task Stop_WithBadOptions_NamesThem()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.StopSessionAsync(new()
        {
            SessionId = UnknownSession,
            GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(-1)),
            Reason = new string('r', 1_025),
        }).ResponseAsync.InvalidAsync("grace_period", "reason");
        await coordinator.Sessions.StopSessionsAsync(new()).ResponseAsync.InvalidAsync("filter");
        await coordinator.Sessions.StopSessionsAsync(new() { Filter = new() { Statuses = { (Proto.SessionStatus)99 } } }).ResponseAsync
            .InvalidAsync("filter.statuses");
        await coordinator.Sessions.ListSessionsAsync(new() { PageSize = -1 }).ResponseAsync.InvalidAsync("page_size");
        await coordinator.Sessions.ListSessionsAsync(new() { PageToken = "garbage" }).ResponseAsync.InvalidAsync("page_token");
        await coordinator.Sessions.ListSessionsAsync(new() { BeforeSessionId = "ses!" }).ResponseAsync.InvalidAsync("before_session_id");
        await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true", ProjectDir = "not/absolute" })
            .ResponseAsync.InvalidAsync("project_dir");
        await coordinator.Runs.ListRunsAsync(new() { Statuses = { Proto.RunStatus.Unspecified } }).ResponseAsync.InvalidAsync("statuses");
    }

    [Fact]
    public async Task Prompt_OverOneMebibyteOrWithNul_IsInvalid()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await coordinator.Sessions.StartSessionAsync(Calls.Start(new string('p', 1_048_577))).ResponseAsync.InvalidAsync("prompt");
        await coordinator.Sessions.StartSessionAsync(Calls.Start("a\0b")).ResponseAsync.InvalidAsync("prompt");
        await coordinator.Sessions.StartSessionAsync(Calls.Start(new string('p', 1_048_576))).ResponseAsync.WithTimeout();
    }

    [Fact]
    public async Task Limits_OfQueueAndWatchers_AreResourceExhausted()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(
            "--Coordinator:MaxPendingRuns=1", "--Coordinator:MaxWatchers=1");
        await coordinator.Sessions.StartSessionAsync(Calls.Start());
        await coordinator.Sessions.StartSessionAsync(Calls.Start()).ResponseAsync.FailsAsync(StatusCode.ResourceExhausted, "QUEUE_FULL");
        using var first = coordinator.Sessions.WatchSessions(new());
        await first.ResponseStream.MoveNext().WithTimeout();
        await coordinator.Sessions.WatchSessions(new()).ResponseStream.MoveNext()
            .FailsAsync(StatusCode.ResourceExhausted, "TOO_MANY_WATCHERS");
    }

    [Fact]
    public async Task Start_WithoutAnyMatchingRunner_WaitsVisiblyAndFailsAfterItsQueueTimeout()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.StartSessionRequest request = Calls.Start(executor: "nobody-has-this");
        request.QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5));

        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(request)).Session;

        Assert.Equal(
            (Proto.SessionStatus.Pending, "No connected runner has the executor 'nobody-has-this'."),
            (session.Status, session.PendingReason));
        Proto.Run run = await coordinator.RunWhenAsync(session.RunId, r => r.Status == Proto.RunStatus.Failed);
        Assert.Equal("NO_MATCHING_RUNNER", run.Failure.Reason);
    }

    private static async Task FailsAsync(string reason, string id, Task call)
    {
        RpcException error = await call.FailsAsync(StatusCode.NotFound, reason);
        Assert.Contains(id, error.Status.Detail);
    }
}
