using Coordinator.Audit;
using Coordinator.Requests;
using Coordinator.Runs;
using Coordinator.Stops;
using Grpc.Core;

namespace Coordinator.Sessions;

/// <summary>The API of sessions: checks requests, hands them on, and answers.</summary>
internal sealed class SessionGrpcService(
    SessionStarts starts,
    SessionQueries queries,
    SessionDeletion deletion,
    SessionWatch watch,
    SessionTimeline timeline,
    EventQueries events,
    WatcherLimit watchers,
    StopRequests stops,
    StopOrders orders,
    Origins origins) : Proto.SessionService.SessionServiceBase
{
    private const int MaxSessionIds = 10_000;

    public override async Task<Proto.StartSessionResponse> StartSession(Proto.StartSessionRequest request, ServerCallContext context)
    {
        StartChecks.Check(request);
        var view = await starts.StartAsync(request, Fingerprint.Of(request), origins.Of(context));
        return new Proto.StartSessionResponse { Session = view.SessionToProto(), Run = view.RunToProto() };
    }

    public override async Task<Proto.ResumeSessionResponse> ResumeSession(Proto.ResumeSessionRequest request, ServerCallContext context)
    {
        StartChecks.Check(request);
        var view = await starts.ResumeAsync(request, Fingerprint.Of(request), origins.Of(context));
        return new Proto.ResumeSessionResponse { Session = view.SessionToProto(), Run = view.RunToProto() };
    }

    public override async Task<Proto.GetSessionResponse> GetSession(Proto.GetSessionRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        return new Proto.GetSessionResponse { Session = (await queries.GetAsync(request.SessionId, context.CancellationToken)).ToProto() };
    }

    public override Task<Proto.ListSessionsResponse> ListSessions(Proto.ListSessionsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .PageSize("page_size", request.PageSize)
            .OptionalId("before_session_id", request.BeforeSessionId, Ids.Session);
        SessionFilter filter = SessionFilter.Check(request.Filter, check);
        check.ThrowIfAny();
        string after = PageToken.Read(request.PageToken, filter.Fingerprint(), check);
        if (after.Length == 0)
            after = request.BeforeSessionId;
        return queries.ListAsync(filter, RequestCheck.PageSizeOf(request.PageSize), after, context.CancellationToken);
    }

    public override async Task<Proto.StopSessionResponse> StopSession(Proto.StopSessionRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Id("session_id", request.SessionId, Ids.Session);
        StopTerms terms = orders.Check(context, check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        return (await stops.StopSessionAsync(request.SessionId, terms)).ToSessionResponse();
    }

    public override async Task<Proto.StopSessionsResponse> StopSessions(Proto.StopSessionsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Lines("session_ids", request.SessionIds, MaxSessionIds, 32);
        if (request.Filter is null == (request.SessionIds.Count == 0))
            check.Fail("filter", "and session_ids: exactly one of them must be set");
        for (int i = 0; i < Math.Min(request.SessionIds.Count, MaxSessionIds); i++)
            check.Id($"session_ids[{i}]", request.SessionIds[i], Ids.Session);
        StopTerms terms = orders.Check(context, check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        IReadOnlyList<StopStep> steps = request.Filter is null
            ? await stops.StopNamedAsync(request.SessionIds, terms, request.ValidateOnly)
            : await stops.StopMatchingAsync(SessionFilter.Check(request.Filter, new RequestCheck()), terms, request.ValidateOnly);
        return new Proto.StopSessionsResponse { Outcomes = { steps.Select(s => s.ToProto()) } };
    }

    public override async Task<Proto.DeleteSessionResponse> DeleteSession(Proto.DeleteSessionRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        await deletion.DeleteAsync(request.SessionId, origins.Of(context));
        return new Proto.DeleteSessionResponse();
    }

    public override async Task WatchSessions(Proto.WatchSessionsRequest request, IServerStreamWriter<Proto.WatchSessionsResponse> responseStream, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .NotNegative("after_revision", request.AfterRevision)
            .NotNegative("max_ended_sessions", request.MaxEndedSessions);
        SessionFilter filter = SessionFilter.Check(request.Filter, check);
        check.ThrowIfAny();
        using IDisposable place = watchers.Enter(context);
        await watch.RunAsync(filter, request, m => responseStream.WriteAsync(m, context.CancellationToken), context.CancellationToken);
    }

    public override async Task WatchSessionEvents(
        Proto.WatchSessionEventsRequest request, IServerStreamWriter<Proto.WatchSessionEventsResponse> responseStream, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .NotNegative("after_sequence", request.AfterSequence)
            .NotNegative("tail", request.Tail)
            .ThrowIfAny();
        using IDisposable place = watchers.Enter(context);
        await timeline.RunAsync(request, m => responseStream.WriteAsync(m, context.CancellationToken), context.CancellationToken);
    }

    public override Task<Proto.ListSessionEventsResponse> ListSessionEvents(Proto.ListSessionEventsRequest request, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .NotNegative("after_sequence", request.AfterSequence)
            .PageSize("page_size", request.PageSize)
            .ThrowIfAny();
        return events.ListAsync(request, RequestCheck.PageSizeOf(request.PageSize), context.CancellationToken);
    }

    public override Task<Proto.SearchSessionEventsResponse> SearchSessionEvents(Proto.SearchSessionEventsRequest request, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .Text("text", request.Text, RequestCheck.MaxSearchText, required: true)
            .NotNegative("after_sequence", request.AfterSequence)
            .Count("max_results", request.MaxResults, RequestCheck.MaxSearchResults, RequestCheck.DefaultSearchResults)
            .ThrowIfAny();
        int maxResults = request.MaxResults == 0 ? RequestCheck.DefaultSearchResults : request.MaxResults;
        return events.SearchAsync(request, maxResults, context.CancellationToken);
    }

    public override Task<Proto.GetSessionResultResponse> GetSessionResult(Proto.GetSessionResultRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        return queries.ResultAsync(request.SessionId, context.CancellationToken);
    }

    private static void CheckId(string sessionId) => new RequestCheck().Id("session_id", sessionId, Ids.Session).ThrowIfAny();
}
