using System.Threading.Tasks.Sources;

namespace Coordinator;

/// <summary>
/// Wakes one loop. Called while the loop is busy it is remembered, and called often it wakes once. A channel does the same
/// in four times the memory, of which there is one for each connection.
/// </summary>
internal sealed class WakeUp : IValueTaskSource
{
    private const int Idle = 0;
    private const int Called = 1;
    private const int Waited = 2;

    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public void Call()
    {
        while (Interlocked.CompareExchange(ref _state, Called, Idle) == Waited)
        {
            if (!TryEndWait())
                continue;
            _wait.SetResult(true);
            return;
        }
    }

    /// <summary>Returns once it was called since the last time. For one waiter at a time.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Waited, Idle) == Called)
        {
            Volatile.Write(ref _state, Idle);
            return;
        }

        using (cancellationToken.UnsafeRegister(Cancel, this))
            await new ValueTask(this, _wait.Version);
    }

    /// <summary>As <see cref="WaitAsync(CancellationToken)"/>, for so long at most.</summary>
    /// <returns>False if it was not called within the time.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(atMost, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>Whoever ends it completes it: a call or its cancellation, not both.</summary>
    private bool TryEndWait() => Interlocked.CompareExchange(ref _state, Idle, Waited) == Waited;

    private static void Cancel(object? self, CancellationToken cancellationToken)
    {
        WakeUp wakeUp = (WakeUp)self!;
        if (wakeUp.TryEndWait())
            wakeUp._wait.SetException(new OperationCanceledException(cancellationToken));
    }
}
