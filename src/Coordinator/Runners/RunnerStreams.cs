using System.Collections.Concurrent;

namespace Coordinator.Runners;

/// <summary>
/// The connections that stand right now, in the order of their runners' ids. Changed by the ledger alone, after the commit
/// that made a connection or ended it, so whoever commits a stop afterwards finds the connection that must carry it.
/// </summary>
internal sealed class RunnerStreams
{
    private static readonly Comparer<RunnerStream> ByRunner = Comparer<RunnerStream>.Create((a, b) => string.CompareOrdinal(a.RunnerId, b.RunnerId));

    private readonly ConcurrentDictionary<string, RunnerStream> _byRunner = new(StringComparer.Ordinal);

    /// <summary>A new one with each change: all are looked at several times a second, and one comes or goes now and then.</summary>
    private RunnerStream[] _all = [];

    public IEnumerable<RunnerStream> All => Volatile.Read(ref _all).Where(s => s.End is null);

    /// <summary>Those that have ended, which is not stored yet.</summary>
    public IEnumerable<RunnerStream> Ended => Volatile.Read(ref _all).Where(s => s.End is not null);

    public RunnerStream? Find(string runnerId) => _byRunner.GetValueOrDefault(runnerId) is { End: null } stream ? stream : null;

    /// <summary>The newest connection of a runner wins; the one before is told and ended.</summary>
    public void Add(RunnerStream stream)
    {
        RunnerStream? before = _byRunner.GetValueOrDefault(stream.RunnerId);
        _byRunner[stream.RunnerId] = stream;
        int at = Array.BinarySearch(_all, stream, ByRunner);
        ReadOnlySpan<RunnerStream> all = _all;
        Volatile.Write(ref _all, at >= 0 ? [.. all[..at], stream, .. all[(at + 1)..]] : [.. all[..~at], stream, .. all[~at..]]);
        before?.Close(StreamEnd.Superseded(stream.RunnerId));
    }

    /// <summary>Removes this connection, but not a newer one of the same runner.</summary>
    public void Remove(RunnerStream stream)
    {
        if (!_byRunner.TryRemove(new(stream.RunnerId, stream)))
            return;
        int at = Array.BinarySearch(_all, stream, ByRunner);
        ReadOnlySpan<RunnerStream> all = _all;
        Volatile.Write(ref _all, [.. all[..at], .. all[(at + 1)..]]);
    }

    /// <summary>Sends a stop to the runner, if it is connected. Completes with whether it was written.</summary>
    public Task<bool> SendStopAsync(string runnerId, Proto.StopRun stop) => Find(runnerId)?.SendStopAsync(stop) ?? Task.FromResult(false);
}
