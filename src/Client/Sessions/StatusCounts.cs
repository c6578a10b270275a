using System.Collections.Immutable;

namespace Coordinator.Client.Sessions;

/// <summary>How many sessions have each status.</summary>
public sealed class StatusCounts
{
    private readonly ImmutableArray<int> _counts;

    private StatusCounts(ImmutableArray<int> counts) => _counts = counts;

    public static StatusCounts None { get; } = new([.. new int[(int)Proto.SessionStatus.Failed + 1]]);

    public int this[Proto.SessionStatus status] => _counts[(int)status];

    public int Total => _counts.Sum();

    /// <summary>How many of them will not change any more, unless somebody resumes them.</summary>
    public int Ended => this[Proto.SessionStatus.Finished] + this[Proto.SessionStatus.Stopped] + this[Proto.SessionStatus.Failed];

    public static StatusCounts Of(IEnumerable<Proto.Session> sessions) => None.Changed(sessions, by: 1);

    public StatusCounts Minus(IEnumerable<Proto.Session> sessions) => Changed(sessions, by: -1);

    /// <summary>A session came (from nothing), went (to nothing) or changed.</summary>
    public StatusCounts Moved(Proto.SessionStatus? from, Proto.SessionStatus? to)
    {
        if (from == to)
            return this;
        int[] counts = [.. _counts];
        if (from is { } old)
            counts[Index(old)]--;
        if (to is { } now)
            counts[Index(now)]++;
        return new([.. counts]);
    }

    private StatusCounts Changed(IEnumerable<Proto.Session> sessions, int by)
    {
        int[] counts = [.. _counts];
        foreach (Proto.Session session in sessions)
            counts[Index(session.Status)] += by;
        return new([.. counts]);
    }

    /// <summary>A status of a newer coordinator counts as unspecified rather than failing.</summary>
    private static int Index(Proto.SessionStatus status) => status is >= 0 and <= Proto.SessionStatus.Failed ? (int)status : 0;
}
