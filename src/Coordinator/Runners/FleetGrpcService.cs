using Coordinator.Audit;
using Coordinator.Hosting;
using Coordinator.Requests;
using Coordinator.Runs;
using Coordinator.Sessions;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Coordinator.Runners;

/// <summary>The API of the fleet: checks requests and answers them.</summary>
internal sealed class FleetGrpcService(
    FleetQueries queries, FleetChanges changes, Origins origins, RunnerFeed feed, WatcherLimit watchers, IOptions<CoordinatorOptions> options, TimeProvider time)
    : Proto.FleetService.FleetServiceBase
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(30);

    /// <summary>At most so often does one watcher get news.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public override Task<Proto.ListRunnersResponse> ListRunners(Proto.ListRunnersRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        string after = PageToken.Read(request.PageToken, FleetQueries.Filter, check);
        return queries.ListAsync(RequestCheck.PageSizeOf(request.PageSize), after, context.CancellationToken);
    }

    public override async Task<Proto.GetRunnerResponse> GetRunner(Proto.GetRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        return new Proto.GetRunnerResponse { Runner = await queries.GetAsync(request.RunnerId, context.CancellationToken) };
    }

    public override async Task WatchRunners(Proto.WatchRunnersRequest request, IServerStreamWriter<Proto.WatchRunnersResponse> responseStream, ServerCallContext context)
    {
        using IDisposable place = watchers.Enter(context);
        using RunnerFeed.Subscription subscription = feed.Subscribe();
        CancellationToken gone = context.CancellationToken;
        await responseStream.WriteAsync(new Proto.WatchRunnersResponse { Snapshot = new Proto.RunnerSnapshot { Runners = { await queries.AllAsync(gone) } } }, gone);
        while (true)
        {
            IReadOnlyCollection<string> changed = await subscription.TakeAsync(options.Value.WatchHeartbeatInterval, time, gone);
            List<Proto.Runner> runners = await queries.ManyAsync(changed, gone);
            foreach (Proto.Runner runner in runners)
                await responseStream.WriteAsync(new Proto.WatchRunnersResponse { RunnerUpdated = runner }, gone);
            foreach (string removed in changed.Except(runners.Select(r => r.RunnerId)))
                await responseStream.WriteAsync(new Proto.WatchRunnersResponse { RunnerRemoved = new Proto.RunnerRemoved { RunnerId = removed } }, gone);
            if (changed.Count == 0)
                await responseStream.WriteAsync(new Proto.WatchRunnersResponse { Heartbeat = new Proto.WatchHeartbeat { Time = time.GetUtcNow().ToProto() } }, gone);
            else
                await Task.Delay(Pause, time, gone);
        }
    }

    public override async Task<Proto.DrainRunnerResponse> DrainRunner(Proto.DrainRunnerRequest request, ServerCallContext context)
    {
        new RequestCheck()
            .Id("runner_id", request.RunnerId, Ids.Runner)
            .Text("reason", request.Reason, RequestCheck.MaxReason)
            .Duration("stop_after", request.StopAfter, TimeSpan.Zero, LongestDrain)
            .ThrowIfAny();
        await changes.DrainAsync(request.RunnerId, origins.Of(context), request.Reason, request.StopAfter?.ToTimeSpan());
        return new Proto.DrainRunnerResponse { Runner = await queries.GetAsync(request.RunnerId, context.CancellationToken) };
    }

    public override async Task<Proto.UndrainRunnerResponse> UndrainRunner(Proto.UndrainRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        await changes.UndrainAsync(request.RunnerId, origins.Of(context));
        return new Proto.UndrainRunnerResponse { Runner = await queries.GetAsync(request.RunnerId, context.CancellationToken) };
    }

    public override async Task<Proto.RemoveRunnerResponse> RemoveRunner(Proto.RemoveRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        await changes.RemoveAsync(request.RunnerId, origins.Of(context));
        return new Proto.RemoveRunnerResponse();
    }

    private static void Check(string runnerId) => new RequestCheck().Id("runner_id", runnerId, Ids.Runner).ThrowIfAny();
}
