using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Grpc.Core;

namespace Coordinator.Dashboard.Output;

/// <summary>
/// Follows the end of a session's events, also of one that writes faster than a browser reads: a stream that is too far
/// behind is opened anew at the newest events. Those between are not lost, they are there to be loaded.
/// </summary>
internal sealed class EventTail(IEventSource source, string sessionId, TimeProvider time, Func<Action, Task> dispatch) : IDisposable
{
    /// <summary>What a stream begins with: more than a screen, and one page.</summary>
    private const int Tail = EventPages.PageSize;

    /// <summary>Every so many events the tail looks how far it is behind, which takes half a second at full speed.</summary>
    private const int LookEvery = 10_000;

    private const int Behind = 5_000;

    /// <summary>After so many events the page's only thread is left to the reader for a moment.</summary>
    private const int PauseEvery = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private CancellationTokenSource? _stream;
    private long _position;
    private int _sinceLook;
    private int _sincePause;

    public event Action<Proto.WatchSessionEventsResponse>? Received;

    /// <summary>Whether the stream is live has changed, or why it ended.</summary>
    public event Action? Changed;

    public ConnectionState Connection { get; private set; } = ConnectionState.Connecting;

    /// <summary>Why no more events will come, for a person.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens the stream, or opens it anew.</summary>
    public void Follow()
    {
        End();
        Problem = null;
        _sinceLook = 0;
        _stream = new CancellationTokenSource();
        _ = FollowAsync(_stream.Token);
    }

    public void Dispose() => End();

    private void End()
    {
        _stream?.Cancel();
        _stream?.Dispose();
        _stream = null;
    }

    private async Task FollowAsync(CancellationToken end)
    {
        try
        {
            await source.FollowAsync(
                sessionId, new EventFollow(_position, Tail), message => TakeAsync(message, end), connection => _ = On(() => Connected(connection), end), end);
        }
        catch (RpcException e)
        {
            await On(() => Failed(EventProblem.Of(e)), end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
    }

    private async ValueTask TakeAsync(Proto.WatchSessionEventsResponse message, CancellationToken end)
    {
        await On(() => Take(message, end), end);
        _sincePause += message.Events.Count;
        if (_sincePause < PauseEvery)
            return;
        _sincePause = 0;
        await Task.Delay(Pause, time, end);
    }

    private void Take(Proto.WatchSessionEventsResponse message, CancellationToken end)
    {
        _position = Math.Max(_position, message.Position());
        Received?.Invoke(message);
        _sinceLook += message.Events.Count;
        if (_sinceLook < LookEvery)
            return;
        _sinceLook = 0;
        _ = LookHowFarBehindAsync(end);
    }

    private async Task LookHowFarBehindAsync(CancellationToken end)
    {
        try
        {
            Proto.ListSessionEventsResponse answer = await source.ListAsync(sessionId, _position, 1, end);
            if (answer.NewestSequence - _position > Behind)
                await On(Follow, end);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // Then the stream goes on as it does.
        }
    }

    private void Connected(ConnectionState connection)
    {
        Connection = connection;
        Changed?.Invoke();
    }

    private void Failed(string problem)
    {
        Problem = problem;
        Changed?.Invoke();
    }

    /// <summary>On the page's thread, and only for as long as the stream is the one that counts.</summary>
    private Task On(Action act, CancellationToken end) => dispatch(() =>
    {
        if (!end.IsCancellationRequested)
            act();
    });
}
