using Coordinator.Grpc;
using Coordinator.Identity;
using Coordinator.Sessions;
using Coordinator.Simulation.Engine;

namespace Coordinator.Simulation.Operators;

/// <summary>Follows all sessions as a dashboard does: by revision, over every crash of the coordinator.</summary>
internal sealed class Watcher(World world, string name)
{
    private static readonly Caller s_caller = new("watcher", "", "", "op_watch");

    private readonly Dictionary<string, Proto.Session> _sessions = [];
    private readonly Dictionary<string, Proto.Session> _replacement = [];
    private long _revision;

    public string Name => name;

    public IReadOnlyDictionary<string, Proto.Session> Sessions => _sessions;

    public void Start() => world.Life.Run(name, WatchAsync);

    private async Task WatchAsync()
    {
        while (true)
        {
            if (world.Coordinator is { IsUp: true, Life: { } life })
                await WatchAsync(life);
            await Task.Delay(TimeSpan.FromSeconds(world.Simulator.Random.NextDouble()), world.Life.Time);
        }
    }

    /// <summary>Watches one life of the coordinator until it is dead, or until the connection is lost some day.</summary>
    private async Task WatchAsync(Life life)
    {
        using CancellationTokenSource lost = new();
        CancellationToken isLost = lost.Token;
        long after = _revision;
        // With an end of trouble nothing is lost any more.
        bool isCut = world.IsTroubled && world.Simulator.Random.Next(3) == 0;
        DateTimeOffset end = world.Simulator.Now + TimeSpan.FromSeconds(world.Simulator.Random.NextDouble() * 5);
        life.Run(name, async () =>
        {
            try
            {
                await world.Coordinator.Watch.RunAsync(s_caller, SessionFilter.All, after, maxEnded: 0, SendAsync, isLost);
            }
            catch (OperationCanceledException)
            {
                // It was lost.
            }
        });
        while (!life.IsDead && !(isCut && world.Simulator.Now > end))
            await Task.Delay(TimeSpan.FromMilliseconds(200), world.Life.Time);
        lost.Cancel();

        Task SendAsync(WatchMessage message)
        {
            if (!life.IsDead && !isLost.IsCancellationRequested)
                Take(WatchMapping.ToProto(message).Clone());
            return Task.CompletedTask;
        }
    }

    private void Take(Proto.WatchSessionsResponse message)
    {
        if (message.Snapshot is { } part)
        {
            if (part.First)
                _replacement.Clear();
            foreach (Proto.Session session in part.Sessions)
                _replacement[session.SessionId] = session;
            if (part.Complete)
            {
                _sessions.Clear();
                foreach (var (id, session) in _replacement)
                    _sessions[id] = session;
                _revision = message.Revision;
            }

            return;
        }

        if ((message.SessionCreated ?? message.SessionUpdated) is { } changed
            && (!_sessions.TryGetValue(changed.SessionId, out Proto.Session? known) || known.Revision <= changed.Revision))
        {
            _sessions[changed.SessionId] = changed;
        }

        if (message.SessionDeleted is { } deleted)
            _sessions.Remove(deleted.SessionId);
        _revision = Math.Max(_revision, message.Revision);
    }
}
