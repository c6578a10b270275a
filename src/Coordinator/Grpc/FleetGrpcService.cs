using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Runners;
using Coordinator.Timelines;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Coordinator.Grpc;

/// <summary>The API of the fleet: checks requests and answers them.</summary>
internal sealed class FleetGrpcService(
    FleetQueries queries, FleetChanges changes, Callers callers, RunnerFeed feed, WatcherLimit watchers, IOptions<WatchOptions> options, TimeProvider time)
    : Proto.FleetService.FleetServiceBase
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(30);

    /// <summary>All lists of runners select the same, so their page tokens fit one another.</summary>
    private const string Selection = "runners";

    /// <summary>At most so often is one watcher told of changes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public override async Task<Proto.ListRunnersResponse> ListRunners(Proto.ListRunnersRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        // The token is the name and the id of the last one.
        string[] last = PageToken.Read(request.PageToken, Selection, check).Split('\n', 2);
        int pageSize = RequestCheck.PageSizeOf(request.PageSize);
        IReadOnlyList<RunnerView> page = await queries.ListAsync(
            callers.Of(context), pageSize, last[0], last.Length > 1 ? last[1] : "", context.CancellationToken);
        return new Proto.ListRunnersResponse
        {
            Runners = { page.Take(pageSize).Select(RunnerMapping.ToProto) },
            NextPageToken = page.Count > pageSize && page[pageSize - 1].Runner is { } end ? PageToken.Make(Selection, $"{end.Name}\n{end.RunnerId}") : "",
        };
    }

    public override async Task<Proto.GetRunnerResponse> GetRunner(Proto.GetRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        return new Proto.GetRunnerResponse { Runner = await GetAsync(callers.Of(context), request.RunnerId, context) };
    }

    public override async Task WatchRunners(Proto.WatchRunnersRequest request, IServerStreamWriter<Proto.WatchRunnersResponse> responseStream, ServerCallContext context)
    {
        Caller caller = callers.Of(context);
        using IDisposable place = watchers.Enter(caller.Address);
        using RunnerFeed.Subscription subscription = feed.Subscribe();
        CancellationToken gone = context.CancellationToken;
        Proto.RunnerSnapshot snapshot = new() { Runners = { (await queries.AllAsync(caller, gone)).Select(RunnerMapping.ToProto) } };
        await responseStream.WriteAsync(new Proto.WatchRunnersResponse { Snapshot = snapshot }, gone);
        while (true)
        {
            IReadOnlyCollection<string> changed = await subscription.TakeAsync(options.Value.WatchHeartbeatInterval, time, gone);
            IReadOnlyList<RunnerView> runners = await queries.ManyAsync(caller, changed, gone);
            foreach (RunnerView runner in runners)
                await responseStream.WriteAsync(new Proto.WatchRunnersResponse { RunnerUpdated = RunnerMapping.ToProto(runner) }, gone);
            foreach (string removed in changed.Except(runners.Select(r => r.Runner.RunnerId)))
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
        Caller caller = callers.Of(context);
        await changes.DrainAsync(caller, request.RunnerId, request.Reason, request.StopAfter?.ToTimeSpan());
        return new Proto.DrainRunnerResponse { Runner = await GetAsync(caller, request.RunnerId, context) };
    }

    public override async Task<Proto.UndrainRunnerResponse> UndrainRunner(Proto.UndrainRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        Caller caller = callers.Of(context);
        await changes.UndrainAsync(caller, request.RunnerId);
        return new Proto.UndrainRunnerResponse { Runner = await GetAsync(caller, request.RunnerId, context) };
    }

    public override async Task<Proto.RemoveRunnerResponse> RemoveRunner(Proto.RemoveRunnerRequest request, ServerCallContext context)
    {
        Check(request.RunnerId);
        await changes.RemoveAsync(callers.Of(context), request.RunnerId);
        return new Proto.RemoveRunnerResponse();
    }

    private async Task<Proto.Runner> GetAsync(Caller caller, string runnerId, ServerCallContext context) =>
        RunnerMapping.ToProto(await queries.GetAsync(caller, runnerId, context.CancellationToken));

    private static void Check(string runnerId) => new RequestCheck().Id("runner_id", runnerId, Ids.Runner).ThrowIfAny();
}
