using Coordinator.FaultTests.Plants;
using Grpc.Core;

namespace Coordinator.FaultTests.Operators;

/// <summary>Follows all sessions as a dashboard does: by revision, over every end of the coordinator.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Plant _plant;
    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<string, Proto.Session> _sessions = [];
    private readonly Dictionary<string, Proto.Session> _snapshot = [];
    private readonly Task _work;
    private long _revision;

    public Watcher(Plant plant)
    {
        _plant = plant;
        _work = WatchAsync();
    }

    /// <summary>How many sessions it shows that have not ended.</summary>
    public int Active
    {
        get
        {
            lock (_sessions)
                return _sessions.Values.Count(s => s.Status is Proto.SessionStatus.Pending or Proto.SessionStatus.Running or Proto.SessionStatus.Stopping);
        }
    }

    /// <summary>How it differs from what the coordinator says; empty if it does not.</summary>
    public string Difference(IReadOnlyList<Proto.Session> sessions)
    {
        lock (_sessions)
        {
            if (_sessions.Count != sessions.Count)
                return $"shows {_sessions.Count} sessions instead of {sessions.Count}";
            Proto.Session? wrong = sessions.FirstOrDefault(s => !_sessions.TryGetValue(s.SessionId, out Proto.Session? shown) || shown.Revision != s.Revision || shown.Status != s.Status);
            return wrong is null ? "" : $"shows {_sessions.GetValueOrDefault(wrong.SessionId)?.Status} for session {wrong.SessionId}, which is {wrong.Status}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                using var call = _plant.Coordinator.Sessions.WatchSessions(new() { AfterRevision = _revision }, cancellationToken: _over.Token);
                while (await call.ResponseStream.MoveNext(_over.Token))
                    Take(call.ResponseStream.Current);
            }
            catch (Exception problem) when (problem is RpcException or ObjectDisposedException or OperationCanceledException)
            {
                await Task.Delay(Pause, TimeProvider.System, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(Proto.WatchSessionsResponse message)
    {
        lock (_sessions)
        {
            switch (message.EventCase)
            {
                case Proto.WatchSessionsResponse.EventOneofCase.Snapshot:
                    Take(message.Snapshot, message.Revision);
                    return;
                case Proto.WatchSessionsResponse.EventOneofCase.SessionCreated:
                    _sessions[message.SessionCreated.SessionId] = message.SessionCreated;
                    break;
                case Proto.WatchSessionsResponse.EventOneofCase.SessionUpdated:
                    _sessions[message.SessionUpdated.SessionId] = message.SessionUpdated;
                    break;
                case Proto.WatchSessionsResponse.EventOneofCase.SessionDeleted:
                    _sessions.Remove(message.SessionDeleted.SessionId);
                    break;
            }

            _revision = Math.Max(_revision, message.Revision);
        }
    }

    private void Take(Proto.SessionSnapshot part, long revision)
    {
        if (part.First)
            _snapshot.Clear();
        foreach (Proto.Session session in part.Sessions)
            _snapshot[session.SessionId] = session;
        if (!part.Complete)
            return;
        _sessions.Clear();
        foreach (var (id, session) in _snapshot)
            _sessions.Add(id, session);
        _revision = revision;
    }
}
