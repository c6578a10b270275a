using Coordinator.Client.Connection;
using Coordinator.Client.Errors;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Shell;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Dashboard.Stops;

/// <summary>
/// Asks the coordinator for stops and tells the person what became of each. A stop that got no answer is asked for again
/// until it has one: stops are idempotent. What is shown of the session itself comes from the watch alone.
/// </summary>
internal sealed class StopCalls(
    Proto.SessionService.SessionServiceClient client,
    Announcements announcements,
    StopOutcomes outcomes,
    TimeProvider time,
    Random random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What a bulk stop of everything that matches would stop now.</summary>
    /// <exception cref="RpcException">The coordinator did not say.</exception>
    public async Task<IReadOnlyList<Proto.SessionStopOutcome>> PreviewAsync(Proto.SessionFilter filter)
    {
        Proto.StopSessionsRequest request = new() { Filter = filter, ValidateOnly = true };
        Proto.StopSessionsResponse answer = await client.StopSessionsAsync(request, deadline: Deadline());
        return [.. answer.Outcomes.Where(o => o.ErrorReason.Length == 0)];
    }

    public Task StopAsync(StopChoice choice, StopTerms terms) => choice switch
    {
        StopChoice.One one => StopOneAsync(one, terms),
        StopChoice.Selected selected => StopManyAsync(
            $"{selected.Sessions.Count} sessions", new() { SessionIds = { selected.Sessions.Select(s => s.SessionId) } }, terms),
        StopChoice.Matching matching => StopManyAsync(
            $"{matching.Sessions.Count} sessions", new() { SessionIds = { matching.Sessions.Select(s => s.SessionId) } }, terms),
        _ => throw new ArgumentOutOfRangeException(nameof(choice)),
    };

    private async Task StopOneAsync(StopChoice.One one, StopTerms terms)
    {
        Proto.Session session = one.Session;
        string key = $"stop-{session.SessionId}";
        Proto.StopSessionRequest request = new()
        {
            SessionId = session.SessionId,
            GracePeriod = terms.Force ? null : terms.Grace.ToDuration(),
            Reason = terms.Reason,
            Force = terms.Force,
            IncludeChildren = terms.IncludeChildren,
        };
        try
        {
            Proto.StopSessionResponse answer = await InsistAsync(
                key, SessionNames.NameOf(session), deadline => client.StopSessionAsync(request, deadline: deadline).ResponseAsync);
            bool isDoubtful = answer.Delivery is Proto.StopDelivery.QueuedRunnerOffline or Proto.StopDelivery.SentNotDurable;
            announcements.Say(key, isDoubtful ? Tone.Warning : Tone.Note, StopWording.Acknowledged(session, answer), stays: true);
            outcomes.Expect(key, [session.SessionId, .. answer.Children.Where(c => c.ErrorReason.Length == 0).Select(c => c.SessionId)]);
        }
        catch (RpcException e)
        {
            announcements.Say(key, Tone.Error, StopWording.Refused(session, e.StatusCode, e.Reason(), e.Status.Detail));
        }
    }

    private async Task StopManyAsync(string what, Proto.StopSessionsRequest request, StopTerms terms)
    {
        string key = $"stop-many-{time.GetTimestamp()}";
        request.GracePeriod = terms.Force ? null : terms.Grace.ToDuration();
        request.Reason = terms.Reason;
        request.Force = terms.Force;
        request.IncludeChildren = terms.IncludeChildren;
        announcements.Say(key, Tone.Note, $"Stopping {what} …", stays: true);
        try
        {
            Proto.StopSessionsResponse answer = await InsistAsync(
                key, what, deadline => client.StopSessionsAsync(request, deadline: deadline).ResponseAsync);
            List<string> taken = [.. answer.Outcomes.Where(o => o.ErrorReason.Length == 0).Select(o => o.SessionId)];
            if (taken.Count == 0)
                announcements.Say(key, Tone.Note, "Nothing to stop: all of them had ended.");
            else
                outcomes.Expect(key, taken);
        }
        catch (RpcException e)
        {
            announcements.Say(key, Tone.Error, $"{what} were not stopped: {e.Status.Detail}");
        }
    }

    /// <summary>Asks until there is an answer, whichever it is.</summary>
    private async Task<T> InsistAsync<T>(string key, string what, Func<DateTime, Task<T>> call)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await call(Deadline());
            }
            catch (RpcException e) when (MayStillSucceed(e.StatusCode))
            {
                announcements.Say(key, Tone.Warning, StopWording.Unconfirmed(what), stays: true);
                await Task.Delay(Backoff.Delay(failures, random.NextDouble()), time);
            }
        }
    }

    private DateTime Deadline() => time.GetUtcNow().UtcDateTime + Patience;

    private static bool MayStillSucceed(StatusCode code) => code is StatusCode.Unavailable or StatusCode.Internal
        or StatusCode.DeadlineExceeded or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.ResourceExhausted or StatusCode.Aborted;
}
