using System.Collections.Immutable;

namespace Coordinator.Client.Sessions;

/// <summary>
/// Everything the watch has told about sessions. Changes only by <see cref="Apply(Proto.WatchSessionsResponse)"/>: the newest revision of a session
/// wins, whatever comes twice or late.
/// </summary>
public sealed record SessionsState
{
    /// <summary>More sessions that have ended are not kept here; the coordinator finds them by search.</summary>
    public const int MaxEnded = 10_000;

    /// <summary>How many more may gather until the oldest are let go, all of them together.</summary>
    public const int EndedSlack = 1_000;

    public static SessionsState Empty { get; } = new();

    public ImmutableDictionary<string, Proto.Session> Sessions { get; private init; } = ImmutableDictionary<string, Proto.Session>.Empty;

    /// <summary>How many sessions have each status; right once <see cref="IsComplete"/>.</summary>
    public StatusCounts Counts { get; private init; } = StatusCounts.None;

    /// <summary>Where a new stream goes on; 0 until a snapshot was complete.</summary>
    public long Revision { get; private init; }

    /// <summary>Whether a whole snapshot has been received.</summary>
    public bool IsComplete { get; private init; }

    /// <summary>How many sessions have ended and are too old to be kept.</summary>
    public long Omitted { get; private init; }

    /// <summary>The id of the oldest session that has ended and is known here; what was omitted is older. Empty if there is none.</summary>
    public string OldestEnded { get; private init; } = "";

    /// <summary>The sessions that were let go with the last message, although they still exist.</summary>
    public IReadOnlyList<string> LetGo { get; private init; } = [];

    /// <summary>Parts of a snapshot that will replace what is shown once it is whole.</summary>
    private ImmutableDictionary<string, Proto.Session>? Replacement { get; init; }

    /// <summary>What is shown and was not in the first snapshot so far; what is not in it at all does not exist any more.</summary>
    private ImmutableHashSet<string> Unconfirmed { get; init; } = [];

    /// <summary>What is known before the first snapshot.</summary>
    public static SessionsState Seeded(IEnumerable<Proto.Session> sessions) =>
        Empty with { Sessions = sessions.ToImmutableDictionary(s => s.SessionId) };

    public Proto.Session? Find(string sessionId) => Sessions.GetValueOrDefault(sessionId);

    public SessionsState Apply(Proto.WatchSessionsResponse message)
    {
        SessionsState settled = LetGo.Count == 0 ? this : this with { LetGo = [] };
        SessionsState next = message.EventCase switch
        {
            Proto.WatchSessionsResponse.EventOneofCase.Snapshot => settled.Apply(message.Snapshot),
            Proto.WatchSessionsResponse.EventOneofCase.SessionCreated => settled.Apply(message.SessionCreated),
            Proto.WatchSessionsResponse.EventOneofCase.SessionUpdated => settled.Apply(message.SessionUpdated),
            Proto.WatchSessionsResponse.EventOneofCase.SessionDeleted => settled.Remove(message.SessionDeleted.SessionId),
            _ => settled,
        };
        return message.Revision > next.Revision || message.Snapshot is { Complete: true } ? next with { Revision = message.Revision } : next;
    }

    /// <summary>
    /// The first snapshot is shown as it comes in, beside what was known before, so that no row goes only to come
    /// back; a later one replaces what is shown in one step.
    /// </summary>
    private SessionsState Apply(Proto.SessionSnapshot part)
    {
        ImmutableDictionary<string, Proto.Session> before = (IsComplete, part.First) switch
        {
            (false, _) => Sessions,
            (true, false) when Replacement is not null => Replacement,
            (true, _) => ImmutableDictionary<string, Proto.Session>.Empty,
        };
        ImmutableDictionary<string, Proto.Session> collected =
            before.SetItems(part.Sessions.Select(s => KeyValuePair.Create(s.SessionId, s)));
        ImmutableHashSet<string> unconfirmed = IsComplete ? [] : part.First ? [.. Sessions.Keys] : Unconfirmed;
        if (!unconfirmed.IsEmpty)
            unconfirmed = unconfirmed.Except(part.Sessions.Select(s => s.SessionId));
        if (part.Complete)
            return Whole(collected.RemoveRange(unconfirmed), part.OmittedSessions);
        return IsComplete
            ? this with { Replacement = collected }
            : this with { Sessions = collected, Unconfirmed = unconfirmed };
    }

    private static SessionsState Whole(ImmutableDictionary<string, Proto.Session> sessions, long omitted) => new()
    {
        Sessions = sessions,
        Counts = StatusCounts.Of(sessions.Values),
        IsComplete = true,
        Omitted = omitted,
        OldestEnded = omitted == 0
            ? ""
            : sessions.Values.Where(s => !s.Status.IsActive()).Select(s => s.SessionId).Min(StringComparer.Ordinal) ?? "",
    };

    private SessionsState Apply(Proto.Session session)
    {
        Proto.Session? old = Find(session.SessionId);
        if (old is not null && old.Revision > session.Revision)
            return this;
        SessionsState next = this with
        {
            Sessions = Sessions.SetItem(session.SessionId, session),
            Counts = Counts.Moved(old?.Status, session.Status),
        };
        return IsComplete && next.Counts.Ended > MaxEnded + EndedSlack ? next.WithoutOldest() : next;
    }

    private SessionsState WithoutOldest()
    {
        // Ids are in order of creation.
        List<Proto.Session> ended = [.. Sessions.Values.Where(s => !s.Status.IsActive())];
        ended.Sort((one, other) => string.CompareOrdinal(one.SessionId, other.SessionId));
        List<Proto.Session> oldest = ended[..^MaxEnded];
        return this with
        {
            Sessions = Sessions.RemoveRange(oldest.Select(s => s.SessionId)),
            Counts = Counts.Minus(oldest),
            Omitted = Omitted + oldest.Count,
            OldestEnded = ended[^MaxEnded].SessionId,
            LetGo = [.. oldest.Select(s => s.SessionId)],
        };
    }

    private SessionsState Remove(string sessionId) => Find(sessionId) is not { } old ? this : this with
    {
        Sessions = Sessions.Remove(sessionId),
        Counts = Counts.Moved(old.Status, null),
    };
}
