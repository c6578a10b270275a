using System.Collections.Immutable;

namespace Coordinator.Dashboard.Runners;

/// <summary>Everything the watch has told about runners.</summary>
internal sealed record RunnersState
{
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
