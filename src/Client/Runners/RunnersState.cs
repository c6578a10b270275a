using System.Collections.Immutable;

namespace Coordinator.Client.Runners;

/// <summary>Everything the watch has told about runners.</summary>
public sealed record RunnersState
{
    /// <summary>A runner that has been offline for longer is folded away.</summary>
    private static readonly TimeSpan LongAway = TimeSpan.FromDays(1);

    public static RunnersState Empty { get; } = new();

    public ImmutableDictionary<string, Proto.Runner> Runners { get; private init; } = ImmutableDictionary<string, Proto.Runner>.Empty;

    /// <summary>Whether a snapshot has been received.</summary>
    public bool IsComplete { get; private init; }

    /// <summary>Connected runners first, then by name.</summary>
    public IReadOnlyList<Proto.Runner> InOrder =>
    [
        .. Runners.Values
            .OrderBy(r => r.Status == Proto.RunnerStatus.Online ? 0 : 1)
            .ThenBy(r => r.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(r => r.RunnerId, StringComparer.Ordinal),
    ];

    /// <summary>Whether it is offline and was last heard of more than a day ago; one that was never heard of is not known to be.</summary>
    public static bool IsLongAway(Proto.Runner runner, DateTimeOffset now) =>
        runner.Status == Proto.RunnerStatus.Offline && now - runner.LastHeartbeatTime?.ToDateTimeOffset() > LongAway;

    public RunnersState Apply(Proto.WatchRunnersResponse message) => message.EventCase switch
    {
        Proto.WatchRunnersResponse.EventOneofCase.Snapshot => new()
        {
            Runners = message.Snapshot.Runners.ToImmutableDictionary(r => r.RunnerId),
            IsComplete = true,
        },
        Proto.WatchRunnersResponse.EventOneofCase.RunnerUpdated =>
            this with { Runners = Runners.SetItem(message.RunnerUpdated.RunnerId, message.RunnerUpdated) },
        Proto.WatchRunnersResponse.EventOneofCase.RunnerRemoved =>
            this with { Runners = Runners.Remove(message.RunnerRemoved.RunnerId) },
        _ => this,
    };
}
