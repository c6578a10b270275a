using Coordinator.Client.Connection;
using Grpc.Core;

namespace Coordinator.Client.Watches;

/// <summary>
/// Keeps one server stream open for ever. gRPC-Web has no pings, so the server sends signs of life and silence counts as
/// a loss; a machine that slept finds out as soon as it wakes.
/// </summary>
public sealed class WatchLoop(TimeProvider time, Random random)
{
    /// <summary>Two and a half of the coordinator's signs of life.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(38);

    /// <summary>A stream that has been silent for longer than a sign of life takes is not trusted after a wake-up.</summary>
    private static readonly TimeSpan SuspiciousSilence = TimeSpan.FromSeconds(17);

    private CancellationTokenSource? _waiting;
    private CancellationTokenSource? _reading;
    private DateTimeOffset _heard;

    /// <summary>
    /// Tries at once instead of waiting. While a stream is open, it is replaced if it has been silent for suspiciously
    /// long.
    /// </summary>
    public void RetryNow()
    {
        _waiting?.Cancel();
        if (time.GetUtcNow() - _heard > SuspiciousSilence)
            _reading?.Cancel();
    }

    /// <summary>Watches until it is ended. A loop runs once at a time.</summary>
    /// <param name="open">Opens the stream; called anew for each attempt.</param>
    /// <param name="received">Takes each message.</param>
    /// <param name="changed">Told the state whenever it changes.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    /// <exception cref="RpcException">The call will never succeed, for example because there is no such session.</exception>
    /// <exception cref="OperationCanceledException">The loop was ended.</exception>
    public async Task RunAsync<T>(
        Func<CancellationToken, AsyncServerStreamingCall<T>> open,
        Func<T, ValueTask> received,
        Action<ConnectionState> changed,
        CancellationToken cancellationToken)
    {
        ConnectionState state = ConnectionState.Connecting;
        int failures = 0;
        while (true)
        {
            changed(state);
            await ReadAsync(open, Take, cancellationToken);

            cancellationToken.ThrowIfCancellationRequested();
            failures++;
            TimeSpan delay = Backoff.Delay(failures, random.NextDouble());
            changed(state = state.Failed(failures, time.GetUtcNow(), delay));
            await WaitAsync(delay, cancellationToken);
            state = state.Trying();
        }

        ValueTask Take(T message)
        {
            failures = 0;
            if (!state.IsLive)
                changed(state = ConnectionState.Live);
            return received(message);
        }
    }

    /// <summary>Reads until the stream ends, fails or falls silent.</summary>
    private async Task ReadAsync<T>(
        Func<CancellationToken, AsyncServerStreamingCall<T>> open, Func<T, ValueTask> take, CancellationToken cancellationToken)
    {
        using CancellationTokenSource silence = new(LongestSilence, time);
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        _heard = time.GetUtcNow();
        _reading = reading;
        try
        {
            using AsyncServerStreamingCall<T> call = open(reading.Token);
            await foreach (T message in call.ResponseStream.ReadAllAsync(reading.Token))
            {
                _heard = time.GetUtcNow();
                silence.CancelAfter(LongestSilence);
                await take(message);
            }
        }
        catch (RpcException e) when (!IsFinal(e.StatusCode))
        {
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested)
        {
        }
        finally
        {
            _reading = null;
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _waiting = waiting;
        try
        {
            await Task.Delay(delay, time, waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            _waiting = null;
        }
    }

    private static bool IsFinal(StatusCode code) => code is StatusCode.NotFound or StatusCode.InvalidArgument
        or StatusCode.FailedPrecondition or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented;
}
