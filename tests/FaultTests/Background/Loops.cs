namespace Coordinator.FaultTests.Background;

/// <summary>All loops beside a test. Whoever goes on with the test asks here whether they are still there.</summary>
internal sealed class Loops : IAsyncDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Loop> _all = [];
    private LoopEndedException? _failure;
    private bool _isKnown;

    public Loop Start(string name, Func<CancellationToken, Task> work)
    {
        Loop loop = new(name, work, Failed);
        _all.Add(loop);
        return loop;
    }

    /// <exception cref="LoopEndedException">One of them has ended before it was told to; the first that did.</exception>
    public void ThrowIfAnyEnded()
    {
        if (Volatile.Read(ref _failure) is not { } failure)
            return;
        _isKnown = true;
        throw failure;
    }

    /// <summary>At the end of a test: a failure that has ended it is not told twice, as it would hide what the test made of it.</summary>
    /// <exception cref="LoopEndedException">One of them has ended before it was told to, and nobody has noticed yet.</exception>
    public void ThrowIfAnyEndedUnnoticed()
    {
        if (!_isKnown)
            ThrowIfAnyEnded();
    }

    /// <summary>Lets time pass as long as none of them ends.</summary>
    /// <exception cref="LoopEndedException">One of them has ended, just now or before.</exception>
    public async Task DelayAsync(TimeSpan time)
    {
        await Task.WhenAny(Task.Delay(time, TimeProvider.System), _failed.Task);
        ThrowIfAnyEnded();
    }

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_all.Select(loop => loop.DisposeAsync().AsTask()));

    private void Failed(LoopEndedException failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, comparand: null);
        _failed.TrySetResult();
    }
}
