using Coordinator.Requests;
using Coordinator.Stops;
using Grpc.Core;

namespace Coordinator.Runs;

/// <summary>The API of runs: checks requests, hands them on, and answers.</summary>
internal sealed class RunGrpcService(RunQueries queries, StopRequests stops, StopOrders orders) : Proto.RunService.RunServiceBase
{
    public override async Task<Proto.GetRunResponse> GetRun(Proto.GetRunRequest request, ServerCallContext context)
    {
        new RequestCheck().Id("run_id", request.RunId, Ids.Run).ThrowIfAny();
        return new Proto.GetRunResponse { Run = await queries.GetAsync(request.RunId, context.CancellationToken) };
    }

    public override Task<Proto.ListRunsResponse> ListRuns(Proto.ListRunsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .OptionalId("session_id", request.SessionId, Ids.Session)
            .OptionalId("runner_id", request.RunnerId, Ids.Runner)
            .Enum("statuses", request.Statuses)
            .PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        return queries.ListAsync(request, check, context.CancellationToken);
    }

    public override async Task<Proto.StopRunResponse> StopRun(Proto.StopRunRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Id("run_id", request.RunId, Ids.Run);
        StopTerms terms = orders.Check(context, check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        return (await stops.StopRunAsync(request.RunId, terms)).ToRunResponse();
    }
}
