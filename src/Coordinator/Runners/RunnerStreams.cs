using System.Collections.Immutable;

namespace Coordinator.Runners;

/// <summary>
/// The connections that stand right now, in the order of their runners' ids. Changed by the ledger alone, after the commit
/// that made a connection or ended it, so whoever commits a stop afterwards finds the connection that must carry it.
/// </summary>
internal sealed class RunnerStreams
{
    private ImmutableSortedDictionary<string, RunnerStream> _streams = ImmutableSortedDictionary.Create<string, RunnerStream>(StringComparer.Ordinal);

    public IEnumerable<RunnerStream> All => Volatile.Read(ref _streams).Values.Where(s => s.End is null);

    /// <summary>Those that have ended, which is not stored yet.</summary>
    public IEnumerable<RunnerStream> Ended => Volatile.Read(ref _streams).Values.Where(s => s.End is not null);

    public RunnerStream? Find(string runnerId) => Volatile.Read(ref _streams).GetValueOrDefault(runnerId) is { End: null } stream ? stream : null;

    /// <summary>The newest connection of a runner wins; the one before is told and ended.</summary>
    public void Add(RunnerStream stream)
    {
        RunnerStream? before = _streams.GetValueOrDefault(stream.RunnerId);
        Volatile.Write(ref _streams, _streams.SetItem(stream.RunnerId, stream));
        before?.Close(StreamEnd.Superseded(stream.RunnerId));
    }

    /// <summary>Removes this connection, but not a newer one of the same runner.</summary>
    public void Remove(RunnerStream stream)
    {
        if (_streams.GetValueOrDefault(stream.RunnerId) == stream)
            Volatile.Write(ref _streams, _streams.Remove(stream.RunnerId));
    }

    /// <summary>Sends a stop to the runner, if it is connected. Completes with whether it was written.</summary>
    public Task<bool> SendStopAsync(string runnerId, Proto.StopRun stop) => Find(runnerId)?.SendStopAsync(stop) ?? Task.FromResult(false);
}
