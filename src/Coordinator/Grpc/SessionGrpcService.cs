using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Stops;
using Coordinator.Timelines;
using Grpc.Core;

namespace Coordinator.Grpc;

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
    Callers callers) : Proto.SessionService.SessionServiceBase
{
    private const int MaxSessionIds = 10_000;

    public override async Task<Proto.StartSessionResponse> StartSession(Proto.StartSessionRequest request, ServerCallContext context)
    {
        RunView view = await starts.StartAsync(callers.Of(context), StartChecks.Check(request));
        return new Proto.StartSessionResponse { Session = SessionMapping.ToProto(view.Session, view.Run), Run = RunMapping.ToProto(view.Run, view.Prompt) };
    }

    public override async Task<Proto.ResumeSessionResponse> ResumeSession(Proto.ResumeSessionRequest request, ServerCallContext context)
    {
        RunView view = await starts.ResumeAsync(callers.Of(context), StartChecks.Check(request));
        return new Proto.ResumeSessionResponse { Session = SessionMapping.ToProto(view.Session, view.Run), Run = RunMapping.ToProto(view.Run, view.Prompt) };
    }

    public override async Task<Proto.GetSessionResponse> GetSession(Proto.GetSessionRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        SessionView view = await queries.GetAsync(callers.Of(context), request.SessionId, context.CancellationToken);
        return new Proto.GetSessionResponse { Session = SessionMapping.ToProto(view) };
    }

    public override async Task<Proto.ListSessionsResponse> ListSessions(Proto.ListSessionsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .PageSize("page_size", request.PageSize)
            .OptionalId("before_session_id", request.BeforeSessionId, Ids.Session);
        SessionFilter filter = FilterCheck.Check(request.Filter, check);
        check.ThrowIfAny();
        string selection = FilterCheck.Fingerprint(request.Filter);
        string before = PageToken.Read(request.PageToken, selection, check);
        if (before.Length == 0)
            before = request.BeforeSessionId;
        SessionPage page = await queries.ListAsync(
            callers.Of(context), filter, RequestCheck.PageSizeOf(request.PageSize), before, context.CancellationToken);
        return new Proto.ListSessionsResponse
        {
            Sessions = { page.Sessions.Select(SessionMapping.ToProto) },
            TotalSize = page.Total,
            NextPageToken = page.HasMore ? PageToken.Make(selection, page.Sessions[^1].Session.SessionId) : "",
        };
    }

    public override async Task<Proto.StopSessionResponse> StopSession(Proto.StopSessionRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Id("session_id", request.SessionId, Ids.Session);
        StopCommand command = StopMapping.Check(check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        return StopMapping.ToSessionResponse(await stops.StopSessionAsync(callers.Of(context), request.SessionId, command));
    }

    public override async Task<Proto.StopSessionsResponse> StopSessions(Proto.StopSessionsRequest request, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck().Lines("session_ids", request.SessionIds, MaxSessionIds, 32);
        if (request.Filter is null == (request.SessionIds.Count == 0))
            check.Fail("filter", "and session_ids: exactly one of them must be set");
        for (int i = 0; i < Math.Min(request.SessionIds.Count, MaxSessionIds); i++)
            check.Id($"session_ids[{i}]", request.SessionIds[i], Ids.Session);
        SessionFilter filter = FilterCheck.Check(request.Filter, check);
        StopCommand command = StopMapping.Check(check, request.GracePeriod, request.Reason, request.Force, request.IncludeChildren);
        Caller caller = callers.Of(context);
        IReadOnlyList<StopResult> results = request.Filter is null
            ? await stops.StopNamedAsync(caller, request.SessionIds, command, request.ValidateOnly)
            : await stops.StopMatchingAsync(caller, filter, command, request.ValidateOnly);
        return new Proto.StopSessionsResponse { Outcomes = { results.Select(StopMapping.ToOutcome) } };
    }

    public override async Task<Proto.DeleteSessionResponse> DeleteSession(Proto.DeleteSessionRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        await deletion.DeleteAsync(callers.Of(context), request.SessionId);
        return new Proto.DeleteSessionResponse();
    }

    public override async Task WatchSessions(Proto.WatchSessionsRequest request, IServerStreamWriter<Proto.WatchSessionsResponse> responseStream, ServerCallContext context)
    {
        RequestCheck check = new RequestCheck()
            .NotNegative("after_revision", request.AfterRevision)
            .NotNegative("max_ended_sessions", request.MaxEndedSessions);
        SessionFilter filter = FilterCheck.Check(request.Filter, check);
        check.ThrowIfAny();
        Caller caller = callers.Of(context);
        using IDisposable place = watchers.Enter(caller.Address);
        await watch.RunAsync(
            caller, filter, request.AfterRevision, request.MaxEndedSessions,
            m => responseStream.WriteAsync(WatchMapping.ToProto(m), context.CancellationToken), context.CancellationToken);
    }

    public override async Task WatchSessionEvents(
        Proto.WatchSessionEventsRequest request, IServerStreamWriter<Proto.WatchSessionEventsResponse> responseStream, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .NotNegative("after_sequence", request.AfterSequence)
            .NotNegative("tail", request.Tail)
            .ThrowIfAny();
        Caller caller = callers.Of(context);
        using IDisposable place = watchers.Enter(caller.Address);
        TimelineRequest wanted = new(request.SessionId, request.AfterSequence, request.Tail, request.OmitOutput, request.Follow);
        await timeline.RunAsync(
            caller, wanted, batch => responseStream.WriteAsync(WatchMapping.ToProto(batch), context.CancellationToken), context.CancellationToken);
    }

    public override async Task<Proto.ListSessionEventsResponse> ListSessionEvents(Proto.ListSessionEventsRequest request, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .NotNegative("after_sequence", request.AfterSequence)
            .PageSize("page_size", request.PageSize)
            .ThrowIfAny();
        EventPage page = await events.ListAsync(
            callers.Of(context), request.SessionId, request.AfterSequence, RequestCheck.PageSizeOf(request.PageSize), context.CancellationToken);
        return new Proto.ListSessionEventsResponse { Events = { page.Events }, NewestSequence = page.NewestSequence };
    }

    public override async Task<Proto.SearchSessionEventsResponse> SearchSessionEvents(Proto.SearchSessionEventsRequest request, ServerCallContext context)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .Text("text", request.Text, RequestCheck.MaxSearchText, required: true)
            .NotNegative("after_sequence", request.AfterSequence)
            .Count("max_results", request.MaxResults, RequestCheck.MaxSearchResults, RequestCheck.DefaultSearchResults)
            .ThrowIfAny();
        int maxResults = request.MaxResults == 0 ? RequestCheck.DefaultSearchResults : request.MaxResults;
        EventMatches found = await events.SearchAsync(
            callers.Of(context), request.SessionId, request.Text, request.AfterSequence, maxResults, context.CancellationToken);
        return new Proto.SearchSessionEventsResponse { Sequences = { found.Sequences }, SearchedSequence = found.Searched, More = found.HasMore };
    }

    public override async Task<Proto.GetSessionResultResponse> GetSessionResult(Proto.GetSessionResultRequest request, ServerCallContext context)
    {
        CheckId(request.SessionId);
        SessionResult result = await queries.ResultAsync(callers.Of(context), request.SessionId, context.CancellationToken);
        Proto.GetSessionResultResponse response = new()
        {
            ResultText = result.Text,
            Usage = result.Usage is { } usage ? UsageMapping.ToProto(usage) : null,
        };
        if (result.ExitCode is { } code)
            response.ExitCode = code;
        return response;
    }

    private static void CheckId(string sessionId) => new RequestCheck().Id("session_id", sessionId, Ids.Session).ThrowIfAny();
}
