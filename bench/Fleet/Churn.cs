using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Fleet;

/// <summary>
/// Keeps a fleet busy: sessions end and others begin, evenly spread, so that their number stays and as many changes
/// happen each second as wanted.
/// </summary>
internal sealed class Churn : IAsyncDisposable
{
    /// <summary>A start that finds its runner, the report that it runs, and its end are a change of the session each.</summary>
    private const int ChangesPerSession = 3;

    private readonly CancellationTokenSource _ending = new();
    private readonly Queue<PlayedSession> _sessions;
    private readonly PlayedFleet _fleet;
    private readonly CoordinatorProcess _coordinator;
    private readonly Task _work;
    private readonly Task _count;
    private long _begun;
    private long _firstRevision;
    private long _lastRevision;

    public Churn(CoordinatorProcess coordinator, PlayedFleet fleet, IEnumerable<PlayedSession> sessions, int changesPerSecond)
    {
        (_coordinator, _fleet, _sessions) = (coordinator, fleet, new(sessions));
        _work = TurnAsync(TimeSpan.FromSeconds((double)ChangesPerSession / changesPerSecond));
        _count = CountAsync();
    }

    /// <summary>Changes of sessions per second that the coordinator really committed.</summary>
    public double Rate => (Interlocked.Read(ref _lastRevision) - _firstRevision) / TimeProvider.System.GetElapsedTime(_begun).TotalSeconds;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_work, _count).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task TurnAsync(TimeSpan pause)
    {
        long begun = TimeProvider.System.GetTimestamp();
        for (long turn = 1; !_ending.IsCancellationRequested; turn++)
        {
            await _sessions.Dequeue().EndAsync();
            _sessions.Enqueue(await _fleet.StartAsync());
            TimeSpan ahead = (pause * turn) - TimeProvider.System.GetElapsedTime(begun);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead, TimeProvider.System, _ending.Token);
        }
    }

    private async Task CountAsync()
    {
        using var watch = _coordinator.Sessions.WatchSessions(new Proto.WatchSessionsRequest { MaxEndedSessions = 1 }, cancellationToken: _ending.Token);
        while (await watch.ResponseStream.MoveNext(_ending.Token))
        {
            Proto.WatchSessionsResponse message = watch.ResponseStream.Current;
            if (message.Snapshot is { Complete: true })
                (_begun, _firstRevision) = (TimeProvider.System.GetTimestamp(), message.Revision);
            Interlocked.Exchange(ref _lastRevision, Math.Max(_lastRevision, message.Revision));
        }
    }
}
