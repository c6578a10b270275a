using Coordinator.AgentRunner.Link;

namespace Coordinator.AgentRunner.Tests.Link;

public sealed class BackoffTests
{
    [Fact]
    public void Next_WithoutLuck_DoublesUpToTheLongest()
    {
        Backoff backoff = new(new Fixed(0.5));

        Assert.Equal(
            [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000],
            Enumerable.Range(0, 9).Select(_ => (int)backoff.Next().TotalMilliseconds));
    }

    [Fact]
    public void Next_AfterAWelcome_BeginsAnew()
    {
        Backoff backoff = new(new Fixed(0.5));
        backoff.Next();
        backoff.Next();

        backoff.Reset();

        Assert.Equal(50, backoff.Next().TotalMilliseconds);
    }

    [Fact]
    public void Next_IsSpreadOverTheWholeBound()
    {
        Random random = new(3);
        TimeSpan[] firsts = [.. Enumerable.Range(0, 1000).Select(_ => new Backoff(random).Next())];

        Assert.InRange(firsts.Min().TotalMilliseconds, 0, 2);
        Assert.InRange(firsts.Max().TotalMilliseconds, 98, 100);
        Assert.InRange(firsts.Average(one => one.TotalMilliseconds), 45, 55);
    }

    [Theory]
    [InlineData(4, 0, 4)]
    [InlineData(4, 0.5, 5)]
    [InlineData(-4, 0, 0)]
    [InlineData(100_000, 0, 300)]
    public void Next_CoordinatorAskedForATime_IsWaitedForAndSpread(int askedSeconds, double luck, int seconds) =>
        Assert.Equal(seconds, new Backoff(new Fixed(luck)).Next(TimeSpan.FromSeconds(askedSeconds)).TotalSeconds);

    private sealed class Fixed(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
