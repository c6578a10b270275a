using Coordinator.Storage;
using Coordinator.Testing.Waiting;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Support;

/// <summary>What tests say to a coordinator again and again.</summary>
internal static class Calls
{
    public static Proto.StartSessionRequest Start(string prompt = "work", string executor = "command") =>
        new() { Executor = executor, Prompt = prompt, AgentName = "tester" };

    /// <summary>A session whose run the runner has reported as started.</summary>
    public static async Task<(Proto.Session Session, Proto.StartRun Start)> StartRunningAsync(
        this RunningCoordinator coordinator, ScriptedRunner runner)
    {
        Proto.StartSessionResponse started = await coordinator.Sessions.StartSessionAsync(Start());
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.StartedAsync(start);
        await runner.NextAckAsync();
        return (await coordinator.SessionAsync(started.Session.SessionId), start);
    }

    public static async Task<Proto.Runner> RunnerAsync(this RunningCoordinator coordinator, string runnerId = ScriptedRunner.DefaultId) =>
        (await coordinator.Fleet.GetRunnerAsync(new Proto.GetRunnerRequest { RunnerId = runnerId })).Runner;

    /// <summary>Waits until the coordinator has noticed that the runner's connection is gone.</summary>
    public static Task OfflineAsync(this RunningCoordinator coordinator, string runnerId = ScriptedRunner.DefaultId) =>
        Eventually.Get(() => coordinator.RunnerAsync(runnerId), r => r.Status == Proto.RunnerStatus.Offline);

    /// <summary>
    /// Waits until that is stored as well, which comes a moment later: what a stop would do is told from what is stored.
    /// </summary>
    public static Task StoredOfflineAsync(this RunningCoordinator coordinator, string runnerId = ScriptedRunner.DefaultId) =>
        Eventually.Get(
            async () =>
            {
                var contexts = coordinator.Services.GetRequiredService<IDbContextFactory<CoordinatorDbContext>>();
                await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
                return await db.Runners.AnyAsync(r => r.RunnerId == runnerId && r.DisconnectTime != null);
            },
            isStored => isStored);

    public static async Task<Proto.Session> SessionAsync(this RunningCoordinator coordinator, string sessionId) =>
        (await coordinator.Sessions.GetSessionAsync(new Proto.GetSessionRequest { SessionId = sessionId })).Session;

    public static async Task<Proto.Run> RunAsync(this RunningCoordinator coordinator, string runId) =>
        (await coordinator.Runs.GetRunAsync(new Proto.GetRunRequest { RunId = runId })).Run;

    public static Task<Proto.Run> RunWhenAsync(this RunningCoordinator coordinator, string runId, Func<Proto.Run, bool> wanted) =>
        Eventually.Get(() => coordinator.RunAsync(runId), wanted);

    public static async Task<Proto.StopSessionResponse> StopAsync(
        this RunningCoordinator coordinator, string sessionId, Action<Proto.StopSessionRequest>? more = null)
    {
        Proto.StopSessionRequest request = new() { SessionId = sessionId, Reason = "test" };
        more?.Invoke(request);
        return await coordinator.Sessions.StopSessionAsync(request).ResponseAsync.WithTimeout();
    }

    /// <summary>The whole timeline as it is now.</summary>
    public static async Task<List<Proto.SessionEvent>> EventsAsync(this RunningCoordinator coordinator, string sessionId)
    {
        using var call = coordinator.Sessions.WatchSessionEvents(new Proto.WatchSessionEventsRequest { SessionId = sessionId });
        List<Proto.SessionEvent> events = [];
        await foreach (Proto.WatchSessionEventsResponse response in call.ResponseStream.ReadAllAsync())
            events.AddRange(response.Events);
        return events;
    }

    /// <summary>The call must fail with this status and reason; returns the error with its details.</summary>
    public static async Task<RpcException> FailsAsync(this Task call, StatusCode status, string reason)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.WithTimeout());
        ErrorInfo? info = error.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.Equal((status, reason, "coordinator"), (error.StatusCode, info?.Reason, info?.Domain));
        return error;
    }

    /// <summary>The call must be refused because of exactly these fields.</summary>
    public static async Task InvalidAsync(this Task call, params string[] fields)
    {
        RpcException error = await call.FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT");
        BadRequest bad = error.GetRpcStatus()!.GetDetail<BadRequest>();
        Assert.Equal(fields, bad.FieldViolations.Select(v => v.Field));
    }
}
