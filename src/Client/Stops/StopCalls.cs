using Coordinator.Client.Connection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Client.Stops;

/// <summary>
/// Asks the coordinator for stops. A stop that got no answer is asked for again until it has one: stops are idempotent.
/// </summary>
public sealed class StopCalls(Proto.SessionService.SessionServiceClient client, TimeProvider time, Random random)
{
    /// <summary>How long one attempt waits for its answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The sessions that a stop of everything that matches would stop now.</summary>
    /// <exception cref="RpcException">The coordinator did not say.</exception>
    public async Task<IReadOnlyList<Proto.SessionStopOutcome>> PreviewAsync(Proto.SessionFilter filter)
    {
        Proto.StopSessionsRequest request = new() { Filter = filter, ValidateOnly = true };
        Proto.StopSessionsResponse answer = await client.StopSessionsAsync(request, deadline: Deadline());
        return [.. answer.Outcomes.Where(o => o.ErrorReason.Length == 0)];
    }

    /// <summary>Stops one session.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="terms">How.</param>
    /// <param name="unanswered">Told whenever an attempt got no answer; another one follows.</param>
    /// <param name="cancellationToken">Gives up. The stop may have been taken all the same.</param>
    /// <exception cref="RpcException">The coordinator refused.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task<Proto.StopSessionResponse> StopAsync(
        string sessionId, StopTerms terms, Action unanswered, CancellationToken cancellationToken = default)
    {
        Proto.StopSessionRequest request = new()
        {
            SessionId = sessionId,
            GracePeriod = terms.Force ? null : terms.Grace.ToDuration(),
            Reason = terms.Reason,
            Force = terms.Force,
            IncludeChildren = terms.IncludeChildren,
        };
        return InsistAsync(
            deadline => client.StopSessionAsync(request, deadline: deadline, cancellationToken: cancellationToken).ResponseAsync, unanswered, cancellationToken);
    }

    /// <summary>Stops several sessions. Those that had ended are refused one by one, in the answer.</summary>
    /// <inheritdoc cref="StopAsync(string, StopTerms, Action, CancellationToken)"/>
    /// <param name="sessionIds">The sessions.</param>
    public Task<Proto.StopSessionsResponse> StopAsync(
        IEnumerable<string> sessionIds, StopTerms terms, Action unanswered, CancellationToken cancellationToken = default)
    {
        Proto.StopSessionsRequest request = new()
        {
            SessionIds = { sessionIds },
            GracePeriod = terms.Force ? null : terms.Grace.ToDuration(),
            Reason = terms.Reason,
            Force = terms.Force,
            IncludeChildren = terms.IncludeChildren,
        };
        return InsistAsync(
            deadline => client.StopSessionsAsync(request, deadline: deadline, cancellationToken: cancellationToken).ResponseAsync, unanswered, cancellationToken);
    }

    /// <summary>Asks until there is an answer, whichever it is.</summary>
    private async Task<T> InsistAsync<T>(Func<DateTime, Task<T>> call, Action unanswered, CancellationToken cancellationToken)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await call(Deadline());
            }
            catch (RpcException e) when (MayStillSucceed(e.StatusCode))
            {
                cancellationToken.ThrowIfCancellationRequested();
                unanswered();
                await Task.Delay(Backoff.Delay(failures, random.NextDouble()), time, cancellationToken);
            }
        }
    }

    private DateTime Deadline() => time.GetUtcNow().UtcDateTime + Patience;

    private static bool MayStillSucceed(StatusCode code) => code is StatusCode.Unavailable or StatusCode.Internal
        or StatusCode.DeadlineExceeded or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.ResourceExhausted or StatusCode.Aborted;
}
