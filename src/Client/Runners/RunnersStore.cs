using Coordinator.Client.Connection;
using Coordinator.Client.Watches;
using Grpc.Core;

namespace Coordinator.Client.Runners;

/// <summary>
/// The watch of runners and what it has told. Open only while they are shown: a browser has few connections for one host,
/// and the watch of sessions holds one all the time.
/// </summary>
public sealed class RunnersStore(Proto.FleetService.FleetServiceClient client, TimeProvider time, Random random) : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private RenderPace? _pace;
    private WatchLoop? _loop;

    /// <summary>At most five times a second.</summary>
    public event Action? Changed;

    public RunnersState State { get; private set; } = RunnersState.Empty;

    public ConnectionState Connection { get; private set; } = ConnectionState.Connecting;

    /// <summary>Watches until it is disposed of.</summary>
    /// <exception cref="OperationCanceledException">It was disposed of.</exception>
    /// <exception cref="RpcException">The watch will never succeed.</exception>
    public Task WatchAsync()
    {
        _pace = new RenderPace(time, () => Changed?.Invoke());
        _loop = new WatchLoop(time, random);
        return _loop.RunAsync(
            token => client.WatchRunners(new Proto.WatchRunnersRequest(), cancellationToken: token),
            Receive,
            state =>
            {
                Connection = state;
                _pace.Request();
            },
            _closed.Token);
    }

    /// <summary>Tries at once instead of waiting, as <see cref="WatchLoop.RetryNow"/> does.</summary>
    public void RetryNow() => _loop?.RetryNow();

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _pace?.Dispose();
    }

    private ValueTask Receive(Proto.WatchRunnersResponse message)
    {
        State = State.Apply(message);
        _pace!.Request();
        return ValueTask.CompletedTask;
    }
}
