using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Tests.Execution;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Containment;

public sealed class SharedLookTests
{
    [Fact]
    public async Task LookAsync_ManyAtATime_ShareTheNextOne()
    {
        using ManualResetEventSlim goOn = new();
        int looks = 0;
        SharedLook<int> look = new(() =>
        {
            int number = Interlocked.Increment(ref looks);
            goOn.Wait();
            return number;
        }, TimeProvider.System);
        Task<int> first = look.LookAsync();
        Task<int>[] others = [look.LookAsync(), look.LookAsync(), look.LookAsync()];

        goOn.Set();

        Assert.Equal(1, await first.WithTimeout());
        int[] shared = await Task.WhenAll(others).WithTimeout();
        Assert.Equal([2, 2, 2], shared);
        Assert.Equal(3, await look.LookAsync().WithTimeout());
    }

    [Fact]
    public async Task LookAsync_OneFails_TheNextLooksAgain()
    {
        using ManualResetEventSlim goOn = new();
        int looks = 0;
        SharedLook<int> look = new(() =>
        {
            goOn.Wait();
            return Interlocked.Increment(ref looks) == 1 ? throw new IOException("cannot look") : looks;
        }, TimeProvider.System);
        Task<int> failing = look.LookAsync();
        Task<int> next = look.LookAsync();

        goOn.Set();

        await Assert.ThrowsAsync<IOException>(() => failing.WithTimeout());
        Assert.Equal(2, await next.WithTimeout());
        Assert.Equal(3, await look.LookAsync().WithTimeout());
    }

    /// <summary>What is looked at can hold a look up for ever.</summary>
    [Fact]
    public async Task LookAsync_OneDoesNotEnd_TheNextLooksAgain()
    {
        using ManualResetEventSlim never = new();
        using SemaphoreSlim begun = new(0);
        ManualTime time = new();
        int looks = 0;
        SharedLook<int> look = new(() =>
        {
            int number = Interlocked.Increment(ref looks);
            begun.Release();
            if (number == 1)
                never.Wait();
            return number;
        }, time);
        Task<int> first = look.LookAsync();
        Task<int> next = look.LookAsync();
        await begun.WaitAsync(TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutException>(() => first.WithTimeout());
        Assert.Equal(2, await next.WithTimeout());
        never.Set();
        Assert.Equal(3, await look.LookAsync().WithTimeout());
    }
}
