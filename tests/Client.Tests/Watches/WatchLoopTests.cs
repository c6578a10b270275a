using System.Threading.Channels;
using Coordinator.Client.Connection;
using Coordinator.Client.Watches;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Client.Tests.Watches;

public sealed class WatchLoopTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Timeouts.Default;

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Channel<ConnectionState> _states = Channel.CreateUnbounded<ConnectionState>();
    private readonly Channel<Stream> _opened = Channel.CreateUnbounded<Stream>();
    private readonly WatchLoop _loop;
    private readonly Task _running;

    public WatchLoopTests()
    {
        _loop = new WatchLoop(_time, new Random(1));
        _running = _loop.RunAsync(Open, _ => ValueTask.CompletedTask, s => _states.Writer.TryWrite(s), _closed.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        try
        {
            await _running;
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException)
        {
        }

        _closed.Dispose();
    }

    [Fact]
    public async Task FirstMessage_MakesItLive()
    {
        Stream stream = await OpenedAsync();
        Assert.Equal(ConnectionPhase.Connecting, (await StateAsync()).Phase);

        stream.Send();

        Assert.Equal(ConnectionPhase.Live, (await StateAsync()).Phase);
    }

    [Fact]
    public async Task Failures_InARow_AreReconnectingThenOfflineThenLiveAgain()
    {
        await StateAsync();
        (await OpenedAsync()).Fail(StatusCode.Unavailable);
        ConnectionState first = await StateAsync();
        Assert.Equal((ConnectionPhase.Reconnecting, _time.GetUtcNow()), (first.Phase, first.LostTime));
        for (int i = 0; i < 2; i++)
        {
            Pass(TimeSpan.FromSeconds(15));
            await StateAsync();
            (await OpenedAsync()).Fail(StatusCode.Internal);
            await NextFailureAsync();
        }

        Pass(TimeSpan.FromSeconds(15));
        ConnectionState trying = await StateAsync();
        Assert.Equal((ConnectionPhase.Offline, first.LostTime, (DateTimeOffset?)null), (trying.Phase, trying.LostTime, trying.RetryTime));
        (await OpenedAsync()).Send();
        Assert.Equal(ConnectionState.Live, await StateAsync());
    }

    [Fact]
    public async Task Silence_IsALoss()
    {
        await StateAsync();
        Stream stream = await OpenedAsync();
        stream.Send();
        await StateAsync();

        Pass(TimeSpan.FromSeconds(30));
        stream.Send();
        await stream.TakenAsync();
        Pass(TimeSpan.FromSeconds(30));
        Assert.False(_states.Reader.TryPeek(out _));
        Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(ConnectionPhase.Reconnecting, (await StateAsync()).Phase);
    }

    [Fact]
    public async Task RetryNow_WhileWaiting_TriesAtOnce()
    {
        await StateAsync();
        (await OpenedAsync()).Fail(StatusCode.Unavailable);
        await StateAsync();

        _loop.RetryNow();

        await OpenedAsync();
    }

    [Fact]
    public async Task RetryNow_AfterSleep_ReplacesASilentStreamOnly()
    {
        await StateAsync();
        Stream stream = await OpenedAsync();
        stream.Send();
        await StateAsync();
        _loop.RetryNow();
        Assert.False(_states.Reader.TryPeek(out _));

        Pass(TimeSpan.FromSeconds(20));
        _loop.RetryNow();

        Assert.Equal(ConnectionPhase.Reconnecting, (await StateAsync()).Phase);
    }

    [Fact]
    public async Task FinalError_EndsTheLoop()
    {
        (await OpenedAsync()).Fail(StatusCode.NotFound);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => _running.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    private async Task<ConnectionState> StateAsync() => await _states.Reader.ReadAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    private async Task NextFailureAsync()
    {
        while ((await StateAsync()).RetryTime is null)
        {
        }
    }

    private async Task<Stream> OpenedAsync() => await _opened.Reader.ReadAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    private void Pass(TimeSpan time) => _time.Advance(time);

    private AsyncServerStreamingCall<string> Open(CancellationToken cancellationToken)
    {
        Stream stream = new();
        _opened.Writer.TryWrite(stream);
        return new(stream, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    /// <summary>A stream that says what a test makes it say.</summary>
    private sealed class Stream : IAsyncStreamReader<string>
    {
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();

        public string Current { get; private set; } = "";

        public void Send() => _messages.Writer.TryWrite("message");

        public void Fail(StatusCode code) => _messages.Writer.Complete(new RpcException(new Status(code, "made by the test")));

        /// <summary>Waits until everything that was sent has been read.</summary>
        public async Task TakenAsync()
        {
            while (_messages.Reader.Count > 0)
                await Task.Yield();
        }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            while (await _messages.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_messages.Reader.TryRead(out string? message))
                {
                    Current = message;
                    return true;
                }
            }

            return false;
        }
    }
}
