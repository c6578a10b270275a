using System.Collections.Concurrent;
using Coordinator.Model;

namespace Coordinator.Connections;

/// <summary>
/// The connections that this coordinator holds right now, in the order of their runners' ids. Changed by the ledger alone, after the
/// commit that made a connection or ended it, so whoever commits a stop afterwards finds the connection that must carry it.
/// </summary>
internal sealed class RunnerStreams(TimeProvider time)
{
    private static readonly Comparer<RunnerStream> _byRunnerId = Comparer<RunnerStream>.Create((a, b) => string.CompareOrdinal(a.RunnerId, b.RunnerId));

    private readonly ConcurrentDictionary<string, RunnerStream> _byRunner = new(StringComparer.Ordinal);

    /// <summary>Those that have arrived and are not registered yet, by their connection's id.</summary>
    private readonly ConcurrentDictionary<long, RunnerStream> _arrived = [];

    /// <summary>A new one with each change: all are looked at several times a second, and one comes or goes now and then.</summary>
    private RunnerStream[] _all = [];

    private long _connections;

    public IEnumerable<RunnerStream> All => Volatile.Read(ref _all).Where(s => s.End is null);

    /// <summary>Those that have ended, which is not stored yet.</summary>
    public IEnumerable<RunnerStream> Ended => Volatile.Read(ref _all).Where(s => s.End is not null);

    public RunnerStream? Find(string runnerId) => _byRunner.GetValueOrDefault(runnerId) is { End: null } stream ? stream : null;

    /// <summary>A connection that is to be registered: the commit that does so opens it.</summary>
    public RunnerStream Arrive(RunnerProfile profile)
    {
        RunnerStream stream = new(profile, Interlocked.Increment(ref _connections), time);
        _arrived[stream.ConnectionId] = stream;
        return stream;
    }

    /// <summary>It could not be registered.</summary>
    public void Dismiss(RunnerStream stream) => _arrived.TryRemove(stream.ConnectionId, out _);

    /// <summary>The connection that a commit registered; null if it is not one of this coordinator's.</summary>
    public RunnerStream? TakeArrived(long connectionId) => _arrived.TryRemove(connectionId, out RunnerStream? stream) ? stream : null;

    /// <summary>The newest connection of a runner wins; the one before is told and ended.</summary>
    public void Add(RunnerStream stream)
    {
        RunnerStream? before = _byRunner.GetValueOrDefault(stream.RunnerId);
        _byRunner[stream.RunnerId] = stream;
        int at = Array.BinarySearch(_all, stream, _byRunnerId);
        ReadOnlySpan<RunnerStream> all = _all;
        Volatile.Write(ref _all, at >= 0 ? [.. all[..at], stream, .. all[(at + 1)..]] : [.. all[..~at], stream, .. all[~at..]]);
        before?.Close(StreamEnd.Superseded(stream.RunnerId));
    }

    /// <summary>Removes a connection, but not a newer one of the same runner.</summary>
    public void Remove(string runnerId, long epoch)
    {
        if (_byRunner.GetValueOrDefault(runnerId) is not { } stream || stream.Epoch != epoch)
            return;
        _byRunner.TryRemove(runnerId, out _);
        int at = Array.BinarySearch(_all, stream, _byRunnerId);
        ReadOnlySpan<RunnerStream> all = _all;
        Volatile.Write(ref _all, [.. all[..at], .. all[(at + 1)..]]);
    }

    /// <summary>Sends a stop to its runner, if that is connected here. Completes with whether it was written.</summary>
    public Task<bool> SendStopAsync(RunnerCommand.StopRun stop) => Find(stop.RunnerId)?.SendStopAsync(stop) ?? Task.FromResult(false);
}
