using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.Tests.Support;

/// <summary>What a watcher knows: it applies what it is sent, as a dashboard would, and can lose its connection.</summary>
internal sealed class WatcherView : IAsyncDisposable
{
    private readonly RunningCoordinator _coordinator;
    private readonly Proto.SessionFilter _filter;
    private readonly Lock _lock = new();
    private CancellationTokenSource _connection = new();

    public WatcherView(RunningCoordinator coordinator, long afterRevision = 0, Proto.SessionFilter? filter = null)
    {
        (_coordinator, _filter, Revision) = (coordinator, filter ?? new Proto.SessionFilter(), afterRevision);
        Ended = ReadAsync();
    }

    public Dictionary<string, Proto.Session> Sessions { get; private set; } = [];

    public long Revision { get; private set; }

    public int Snapshots { get; private set; }

    public List<string> Deltas { get; } = [];

    public Task Ended { get; private set; }

    public Task UntilAsync(Func<WatcherView, bool> wanted) => Eventually.True(() =>
    {
        lock (_lock)
            return wanted(this);
    });

    /// <summary>What this watcher knows must become what ListSessions answers.</summary>
    public async Task ConvergesAsync()
    {
        Proto.ListSessionsResponse list = await _coordinator.Sessions.ListSessionsAsync(new() { PageSize = 1_000, Filter = _filter });
        await UntilAsync(
            v => list.Sessions.Count == v.Sessions.Count && list.Sessions.All(s => s.Equals(v.Sessions.GetValueOrDefault(s.SessionId))));
    }

    public async Task DisconnectAsync()
    {
        await _connection.CancelAsync();
        await Ended.WithTimeout();
    }

    public void Reconnect()
    {
        _connection = new CancellationTokenSource();
        Ended = ReadAsync();
    }

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private async Task ReadAsync()
    {
        using var call = _coordinator.Sessions.WatchSessions(
            new() { Filter = _filter, AfterRevision = Revision }, cancellationToken: _connection.Token);
        try
        {
            await foreach (Proto.WatchSessionsResponse message in call.ResponseStream.ReadAllAsync())
            {
                lock (_lock)
                    Apply(message);
            }
        }
        catch (RpcException end) when (end.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable)
        {
            // Disconnected, or the coordinator went away.
        }
    }

    private void Apply(Proto.WatchSessionsResponse message)
    {
        Assert.True(message.Revision >= Revision || message.Snapshot is not null, $"revision {message.Revision} after {Revision}");
        Revision = message.Revision;
        if (message.Snapshot is { } snapshot)
        {
            Snapshots += snapshot.First ? 1 : 0;
            Sessions = snapshot.First ? [] : Sessions;
            foreach (Proto.Session session in snapshot.Sessions)
                Sessions[session.SessionId] = session;
            return;
        }

        if ((message.SessionCreated ?? message.SessionUpdated) is { } changed)
            Sessions[changed.SessionId] = changed;
        else if (message.SessionDeleted is { } deleted)
            Sessions.Remove(deleted.SessionId);
        if (message.Heartbeat is null)
            Deltas.Add(message.EventCase.ToString());
    }
}
