using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Stops;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>The API of runs: checks requests, hands them on, and answers.</summary>
internal sealed class RunGrpcService(RunQueries queries, StopRequests stops, Callers callers) : Proto.RunService.RunServiceBase
{
    public override async Task<Proto.GetRunResponse> GetRun(Proto.GetRunRequest request, ServerCallContext context)
    {
        new RequestCheck().Id("run_id", request.RunId, Ids.Run).ThrowIfAny();
        (Run run, string prompt) = await queries.GetAsync(callers.Of(context), request.RunId, context.CancellationToken);
        return new Proto.GetRunResponse { Run = RunMapping.ToProto(run, prompt) };
    }

    public override async Task<Proto.ListRunsResponse> ListRuns(Proto.ListRunsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .OptionalId("session_id", request.SessionId, Ids.Session)
            .OptionalId("runner_id", request.RunnerId, Ids.Runner)
            .Enum("statuses", request.Statuses)
            .PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        string selection = Fingerprint.Of(new Proto.ListRunsRequest { SessionId = request.SessionId, RunnerId = request.RunnerId, Statuses = { request.Statuses } });
        string before = PageToken.Read(request.PageToken, selection, check);
        int pageSize = RequestCheck.PageSizeOf(request.PageSize);
        RunFilter filter = new(request.SessionId, request.RunnerId, [.. request.Statuses.Distinct().Select(RunMapping.FromProto)]);
        IReadOnlyList<Run> page = await queries.ListAsync(callers.Of(context), filter, pageSize, before, context.CancellationToken);
        return new Proto.ListRunsResponse
        {
            Runs = { page.Take(pageSize).Select(run => RunMapping.ToProto(run)) },
            NextPageToken = page.Count > pageSize ? PageToken.Make(selection, page[pageSize - 1].RunId) : "",
        };
    }

    public override async Task<Proto.StopRunResponse> StopRun(Proto.StopRunRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Id("run_id", request.RunId, Ids.Run);
        StopCommand command = StopMapping.Check(check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        return StopMapping.ToRunResponse(await stops.StopRunAsync(callers.Of(context), request.RunId, command));
    }
}
