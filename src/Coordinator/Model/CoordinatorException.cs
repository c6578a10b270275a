using System.Collections.Immutable;

namespace Coordinator.Model;

/// <summary>
/// A refusal that the caller is meant to see: its message names the id and the state and says what to do next.
/// Thrown before anything was changed. <c>ErrorInterceptor</c> turns it into a gRPC status.
/// </summary>
internal sealed class CoordinatorException(ErrorKind kind, string reason, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public ErrorKind Kind => kind;

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public string Reason => reason;

    /// <summary>What a program may want to read besides the reason, for example the id and the status.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The fields that are wrong, for <see cref="ErrorKind.InvalidArgument"/>.</summary>
    public ImmutableArray<FieldError> Fields { get; init; } = [];

    public static CoordinatorException SessionNotFound(string sessionId) =>
        NotFound(Reasons.SessionNotFound, "session_id", sessionId, $"There is no session {sessionId}. ListSessions shows those there are.");

    public static CoordinatorException RunNotFound(string runId) =>
        NotFound(Reasons.RunNotFound, "run_id", runId, $"There is no run {runId}. ListRuns shows those there are.");

    public static CoordinatorException RunnerNotFound(string runnerId) =>
        NotFound(Reasons.RunnerNotFound, "runner_id", runnerId, $"There is no runner {runnerId}. ListRunners shows those there are.");

    public static CoordinatorException ShuttingDown() =>
        new(ErrorKind.Unavailable, Reasons.ShuttingDown, "The coordinator is shutting down. Repeat the call in a moment.");

    /// <summary>A mistake of the coordinator or of its surroundings; what it is stands in the log.</summary>
    public static CoordinatorException Unexpected(Exception cause) =>
        new(ErrorKind.Unavailable, Reasons.StorageUnavailable, "see the coordinator's log.", cause);

    /// <summary>The connection to the database was lost while it was made.</summary>
    public static CoordinatorException InDoubt(Exception cause) => new(ErrorKind.Unavailable, Reasons.StorageUnavailable,
        "The connection to the coordinator's database was lost, and it is not known whether the call was carried out. Look, or repeat it "
        + "with the same request_id, when the database can be reached.", cause);

    /// <summary>Others changed what a call rests on, again and again.</summary>
    public static CoordinatorException Contended() => new(ErrorKind.Unavailable, Reasons.StorageUnavailable,
        "Other callers kept changing what this call is about; nothing was changed. Repeat it in a moment.");

    private static CoordinatorException NotFound(string reason, string field, string id, string message) =>
        new(ErrorKind.NotFound, reason, message) { Metadata = ImmutableDictionary<string, string>.Empty.Add(field, id) };
}

/// <summary>A field of a request that is wrong, by its name in the proto, and what is wrong with it.</summary>
internal sealed record FieldError(string Field, string Description);
