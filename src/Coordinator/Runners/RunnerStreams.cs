using System.Collections.Concurrent;

namespace Coordinator.Runners;

/// <summary>
/// The connections that stand right now. Changed by the ledger alone, after the commit that made a connection or ended
/// it, so whoever commits a stop afterwards finds the connection that must carry it.
/// </summary>
internal sealed class RunnerStreams
{
    private readonly ConcurrentDictionary<string, RunnerStream> _streams = [];

    public IEnumerable<RunnerStream> All => _streams.Values.Where(s => s.End is null);

    public RunnerStream? Find(string runnerId) => _streams.GetValueOrDefault(runnerId);

    /// <summary>The newest connection of a runner wins; the one before is told and ended.</summary>
    public void Add(RunnerStream stream)
    {
        RunnerStream? before = Find(stream.RunnerId);
        _streams[stream.RunnerId] = stream;
        before?.Close(StreamEnd.Superseded(stream.RunnerId));
    }

    /// <summary>Removes this connection, but not a newer one of the same runner.</summary>
    public void Remove(RunnerStream stream) => _streams.TryRemove(KeyValuePair.Create(stream.RunnerId, stream));

    /// <summary>Sends a stop to the runner, if it is connected. Completes with whether it was written.</summary>
    public Task<bool> SendStopAsync(string runnerId, Proto.StopRun stop) => Find(runnerId)?.SendStopAsync(stop) ?? Task.FromResult(false);
}
