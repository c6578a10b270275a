using System.Globalization;
using Coordinator.Audit;
using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>The API of the audit log: checks requests and answers them.</summary>
internal sealed class AuditGrpcService(AuditQueries queries, Callers callers) : Proto.AuditService.AuditServiceBase
{
    public override async Task<Proto.ListAuditEntriesResponse> ListAuditEntries(Proto.ListAuditEntriesRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .OptionalId("session_id", request.SessionId, Ids.Session)
            .OptionalId("run_id", request.RunId, Ids.Run)
            .OptionalId("runner_id", request.RunnerId, Ids.Runner)
            .Enum("actions", request.Actions)
            .PageSize("page_size", request.PageSize);
        check.ThrowIfAny();
        string selection = Fingerprint.Of(new Proto.ListAuditEntriesRequest
        {
            SessionId = request.SessionId,
            RunId = request.RunId,
            RunnerId = request.RunnerId,
            Actions = { request.Actions },
        });
        long before = ReadToken(request.PageToken, selection, check);
        int pageSize = RequestCheck.PageSizeOf(request.PageSize);
        AuditFilter filter = new(request.SessionId, request.RunId, request.RunnerId, [.. request.Actions.Distinct().Select(AuditMapping.FromProto)]);
        IReadOnlyList<AuditEntry> page = await queries.ListAsync(callers.Of(context), filter, pageSize, before, context.CancellationToken);
        return new Proto.ListAuditEntriesResponse
        {
            Entries = { page.Take(pageSize).Select(AuditMapping.ToProto) },
            NextPageToken = page.Count > pageSize
                ? PageToken.Make(selection, page[pageSize - 1].Sequence.ToString(CultureInfo.InvariantCulture))
                : "",
        };
    }

    /// <summary>The sequence below which the page begins.</summary>
    private static long ReadToken(string token, string selection, RequestCheck check)
    {
        string last = PageToken.Read(token, selection, check);
        if (last.Length == 0)
            return long.MaxValue;
        if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            check.Fail("page_token", "must be the next_page_token of a page with the same filter").ThrowIfAny();
        return sequence;
    }
}
