using Coordinator.Requests;
using Grpc.Core;

namespace Coordinator.Audit;

/// <summary>The API of the record: checks requests and answers them.</summary>
internal sealed class AuditGrpcService(AuditQueries queries) : Proto.AuditService.AuditServiceBase
{
    public override Task<Proto.ListAuditEntriesResponse> ListAuditEntries(Proto.ListAuditEntriesRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .OptionalId("session_id", request.SessionId, Ids.Session)
            .OptionalId("run_id", request.RunId, Ids.Run)
            .OptionalId("runner_id", request.RunnerId, Ids.Runner)
            .Enum("actions", request.Actions)
            .PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        return queries.ListAsync(request, check, context.CancellationToken);
    }
}
