using System.Collections.Concurrent;
using Coordinator.Testing.Processes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordinator.Bench.Scale;

/// <summary>One watch of all sessions on a connection of its own, as a browser has it.</summary>
internal sealed class ListWatcher : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncServerStreamingCall<Proto.WatchSessionsResponse> _call;
    private readonly ConcurrentDictionary<string, long> _ended;
    private readonly LatencyCount _latencies;
    private Task _reading = Task.CompletedTask;
    private long _revision;

    private ListWatcher(
        GrpcChannel channel, AsyncServerStreamingCall<Proto.WatchSessionsResponse> call, bool isStuck, ConcurrentDictionary<string, long> ended, LatencyCount latencies)
    {
        (_channel, _call, IsStuck) = (channel, call, isStuck);
        (_ended, _latencies) = (ended, latencies);
    }

    /// <summary>Whether latencies count now.</summary>
    public static bool Measures { get; set; }

    /// <summary>Whether it stops reading after its snapshot.</summary>
    public bool IsStuck { get; }

    /// <summary>Of its snapshot, in bytes.</summary>
    public int SnapshotSize { get; private set; }

    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Returns when its snapshot is complete.</summary>
    /// <param name="coordinator">Which coordinator.</param>
    /// <param name="isStuck">Whether it then stops reading.</param>
    /// <param name="ended">When each session's end was reported.</param>
    /// <param name="latencies">From there to the arrival.</param>
    public static async Task<ListWatcher> OpenAsync(
        CoordinatorProcess coordinator, bool isStuck, ConcurrentDictionary<string, long> ended, LatencyCount latencies)
    {
        GrpcChannel channel = GrpcChannel.ForAddress(coordinator.GrpcAddress);
        var call = new Proto.SessionService.SessionServiceClient(channel).WatchSessions(new Proto.WatchSessionsRequest { MaxEndedSessions = 1 });
        ListWatcher watcher = new(channel, call, isStuck, ended, latencies);
        do
        {
            await call.ResponseStream.MoveNext(CancellationToken.None);
            watcher.SnapshotSize += call.ResponseStream.Current.CalculateSize();
        }
        while (call.ResponseStream.Current.Snapshot is not { Complete: true });
        watcher._revision = call.ResponseStream.Current.Revision;
        if (!isStuck)
            watcher._reading = watcher.ReadAsync();
        return watcher;
    }

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _channel.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            Proto.WatchSessionsResponse message = _call.ResponseStream.Current;
            Interlocked.Exchange(ref _revision, message.Revision);
            if (Measures && message.SessionUpdated is { Status: Proto.SessionStatus.Finished } session && _ended.TryGetValue(session.SessionId, out long since))
                _latencies.Add(TimeProvider.System.GetElapsedTime(since));
        }
    }
}
