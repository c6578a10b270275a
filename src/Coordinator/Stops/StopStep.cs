using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Sessions;

namespace Coordinator.Stops;

/// <summary>What a stop did, or in a dry run would do, to one session.</summary>
internal sealed class StopStep
{
    /// <summary>How long an answer waits for the command to be written before it says that the runner could not be reached.</summary>
    private static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(1);

    public required string SessionId { get; init; }

    public string SessionName { get; init; } = "";

    public string RunId { get; init; } = "";

    /// <summary>The session's status after the stop; null if there is no such session.</summary>
    public SessionStatus? Status { get; init; }

    public bool AlreadyStopping { get; init; }

    public CoordinatorException? Refusal { get; init; }

    /// <summary>What is known without waiting.</summary>
    public Proto.StopDelivery Delivery { get; private set; }

    /// <summary>Completes with whether the command was written to the runner's connection; set by the ledger after the commit.</summary>
    public Task<bool>? Written { get; set; }

    public static StopStep Refused(Session session, string runId, CoordinatorException refusal) =>
        new() { SessionId = session.SessionId, SessionName = session.Name, RunId = runId, Status = session.Status, Refusal = refusal };

    /// <summary>An id that names no session.</summary>
    public static StopStep Missing(string sessionId, CoordinatorException refusal) => new() { SessionId = sessionId, Refusal = refusal };

    /// <summary>A stop that takes nothing more than its commit.</summary>
    public static StopStep Settled(Session session, Run run, SessionStatus status, bool alreadyStopping, Proto.StopDelivery delivery) =>
        new()
        {
            SessionId = session.SessionId,
            SessionName = session.Name,
            RunId = run.RunId,
            Status = status,
            AlreadyStopping = alreadyStopping,
            Delivery = delivery,
        };

    /// <summary>Waits, for a moment at most, until the command has left.</summary>
    public async Task<StopStep> DeliverAsync(TimeProvider time)
    {
        if (Written is not null)
            Delivery = await WrittenInTimeAsync(Written, time) ? Proto.StopDelivery.Sent : Proto.StopDelivery.QueuedRunnerOffline;
        return this;
    }

    private static async Task<bool> WrittenInTimeAsync(Task<bool> written, TimeProvider time)
    {
        if (written.IsCompleted)
            return await written;
        TaskCompletionSource<bool> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ITimer limit = time.CreateTimer(_ => first.TrySetResult(false), null, WriteWait, Timeout.InfiniteTimeSpan);
        _ = ForwardAsync();
        return await first.Task;

        // Awaited rather than combined with the timer, which would leave the caller's context.
        async Task ForwardAsync() => first.TrySetResult(await written);
    }

    public Proto.SessionStopOutcome ToProto() => new()
    {
        SessionId = SessionId,
        SessionName = SessionName,
        RunId = RunId,
        Status = Status is { } status ? SessionMapping.ToProto(status) : Proto.SessionStatus.Unspecified,
        AlreadyStopping = AlreadyStopping,
        Delivery = Delivery,
        ErrorReason = Refusal?.Reason ?? "",
        ErrorMessage = Refusal?.Message ?? "",
    };
}
