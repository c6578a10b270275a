using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Tests;

public sealed class WakeUpTests
{
    private readonly WakeUp _wakeUp = new();

    [Fact]
    public async Task Wait_AfterManyCalls_ReturnsOnce()
    {
        _wakeUp.Call();
        _wakeUp.Call();

        await _wakeUp.WaitAsync(CancellationToken.None);

        ValueTask again = _wakeUp.WaitAsync(CancellationToken.None);
        Assert.False(again.IsCompleted);
        _wakeUp.Call();
        await again.AsTask().WithTimeout();
    }

    [Fact]
    public async Task Wait_Cancelled_LosesNoCall()
    {
        using CancellationTokenSource cancellation = new();
        ValueTask waiting = _wakeUp.WaitAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.AsTask().WithTimeout());
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _wakeUp.WaitAsync(cancellation.Token));

        _wakeUp.Call();

        await _wakeUp.WaitAsync(CancellationToken.None).AsTask().WithTimeout();
    }

    [Fact]
    public async Task Wait_InVain_ReturnsAfterTheTimeAndLosesNoCall()
    {
        FakeTimeProvider time = new();
        Task<bool> waiting = _wakeUp.WaitAsync(TimeSpan.FromSeconds(15), time, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await waiting.WithTimeout());

        _wakeUp.Call();

        Assert.True(await _wakeUp.WaitAsync(TimeSpan.FromSeconds(15), time, CancellationToken.None).WithTimeout());
    }

    /// <summary>Whatever is put down before a call is found after the wait, however the two meet.</summary>
    [Fact]
    public async Task Call_FromManyThreads_NeverLeavesTheLoopAsleep()
    {
        const int Callers = 4, Each = 50_000;
        int put = 0;
        Task[] calling = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                Interlocked.Increment(ref put);
                _wakeUp.Call();
            }
        }))];

        while (Volatile.Read(ref put) < Callers * Each)
            await _wakeUp.WaitAsync(CancellationToken.None).AsTask().WithTimeout();

        await Task.WhenAll(calling);
    }
}
