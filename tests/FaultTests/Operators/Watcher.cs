using Coordinator.FaultTests.Background;
using Coordinator.FaultTests.Plants;

namespace Coordinator.FaultTests.Operators;

/// <summary>Follows all sessions as a dashboard does: by revision, over every end of the coordinator.</summary>
internal sealed class Watcher
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Plant _plant;
    private readonly Dictionary<string, Proto.Session> _sessions = [];
    private readonly Dictionary<string, Proto.Session> _snapshot = [];
    private readonly Loop _loop;
    private long _revision;

    public Watcher(Plant plant, string name)
    {
        _plant = plant;
        _loop = plant.Loops.Start(name, WatchAsync);
    }

    /// <summary>How many sessions it shows that have not ended.</summary>
    public int Active
    {
        get
        {
            lock (_sessions)
                return _sessions.Values.Count(IsActive);
        }
    }

    /// <summary>How many sessions it shows that have ended.</summary>
    public int Ended
    {
        get
        {
            lock (_sessions)
                return _sessions.Values.Count(s => !IsActive(s));
        }
    }

    /// <summary>How it differs from what the coordinator says; empty if it does not.</summary>
    public string Difference(IReadOnlyList<Proto.Session> sessions)
    {
        lock (_sessions)
        {
            if (_sessions.Count != sessions.Count)
                return $"shows {_sessions.Count} sessions instead of {sessions.Count}";
            Proto.Session? wrong = sessions.FirstOrDefault(s => !_sessions.TryGetValue(s.SessionId, out Proto.Session? shown)
                || shown.Revision != s.Revision || shown.Status != s.Status);
            return wrong is null ? ""
                : $"shows {_sessions.GetValueOrDefault(wrong.SessionId)?.Status} for session {wrong.SessionId}, which is {wrong.Status}";
        }
    }

    public Task EndAsync() => _loop.EndAsync();

    private static bool IsActive(Proto.Session session) =>
        session.Status is Proto.SessionStatus.Pending or Proto.SessionStatus.Running or Proto.SessionStatus.Stopping;

    private async Task WatchAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var call = _plant.Coordinator.Sessions.WatchSessions(new() { AfterRevision = _revision }, cancellationToken: over);
                while (await call.ResponseStream.MoveNext(over))
                    Take(call.ResponseStream.Current);
            }
            catch (Exception exception) when (Interruptions.Is(exception))
            {
                await Task.Delay(Pause, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
