using Coordinator.Client.Connection;
using Coordinator.Client.Watches;
using Grpc.Core;

namespace Coordinator.Client.Sessions;

/// <summary>
/// The watch of sessions and what it has told. Readers take <see cref="State"/> and are told when to show it anew.
/// </summary>
public sealed class SessionsStore : IDisposable
{
    private readonly Proto.SessionService.SessionServiceClient _client;
    private readonly WatchLoop _loop;
    private readonly RenderPace _pace;
    private readonly CancellationTokenSource _closed = new();
    private HashSet<string> _changed = [];
    private bool _allChanged;

    public SessionsStore(Proto.SessionService.SessionServiceClient client, TimeProvider time, Random random)
    {
        _client = client;
        _loop = new WatchLoop(time, random);
        _pace = new RenderPace(time, Announce);
    }

    /// <summary>At most five times a second, with what has changed since the last time.</summary>
    public event Action<SessionsChange>? Changed;

    /// <summary>With each change of a session, before anything is coalesced: the session before and after it.</summary>
    public event Action<Proto.Session?, Proto.Session>? SessionChanged;

    /// <summary>Whenever the connection's state changes.</summary>
    public event Action? ConnectionChanged;

    public SessionsState State { get; private set; } = SessionsState.Empty;

    public ConnectionState Connection { get; private set; } = ConnectionState.Connecting;

    /// <summary>Sessions that are known before the watch has told anything; ignored once it has.</summary>
    public void Seed(IEnumerable<Proto.Session> sessions)
    {
        if (!State.IsComplete && State.Sessions.IsEmpty)
            State = SessionsState.Seeded(sessions);
    }

    /// <summary>Watches until it is disposed of.</summary>
    /// <exception cref="OperationCanceledException">It was disposed of.</exception>
    /// <exception cref="RpcException">The watch will never succeed.</exception>
    public Task WatchAsync() => _loop.RunAsync(
        token => _client.WatchSessions(
            new Proto.WatchSessionsRequest { AfterRevision = State.Revision, MaxEndedSessions = SessionsState.MaxEnded },
            cancellationToken: token),
        Receive,
        SetConnection,
        _closed.Token);

    /// <summary>Tries at once instead of waiting, as <see cref="WatchLoop.RetryNow"/> does.</summary>
    public void RetryNow() => _loop.RetryNow();

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _pace.Dispose();
    }

    /// <summary>Takes over one message of the watch.</summary>
    internal ValueTask Receive(Proto.WatchSessionsResponse message)
    {
        SessionsState before = State;
        State = before.Apply(message);
        Note(message, before);
        if (!ReferenceEquals(before.Sessions, State.Sessions) || before.IsComplete != State.IsComplete)
            _pace.Request();
        return ValueTask.CompletedTask;
    }

    private void Note(Proto.WatchSessionsResponse message, SessionsState before)
    {
        Proto.Session? session = message.SessionCreated ?? message.SessionUpdated;
        if (session is not null)
        {
            _changed.Add(session.SessionId);
            _changed.UnionWith(State.LetGo);
            if (ReferenceEquals(State.Find(session.SessionId), session))
                SessionChanged?.Invoke(before.Find(session.SessionId), session);
        }
        else if (message.SessionDeleted is { } deleted)
        {
            _changed.Add(deleted.SessionId);
        }
        else if (message.Snapshot is not null)
        {
            _allChanged = true;
            if (message.Snapshot.Complete && before.IsComplete)
                NoteReplaced(before);
        }
    }

    /// <summary>What a new snapshot says of sessions that were already known is news too.</summary>
    private void NoteReplaced(SessionsState before)
    {
        foreach (Proto.Session session in State.Sessions.Values)
        {
            if (before.Find(session.SessionId) is { } old && old.Revision != session.Revision)
                SessionChanged?.Invoke(old, session);
        }
    }

    private void SetConnection(ConnectionState connection)
    {
        Connection = connection;
        ConnectionChanged?.Invoke();
    }

    private void Announce()
    {
        SessionsChange change = new(_allChanged, _changed);
        _allChanged = false;
        _changed = [];
        Changed?.Invoke(change);
    }
}
