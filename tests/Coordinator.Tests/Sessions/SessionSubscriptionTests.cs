using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Tests.Sessions;

/// <summary>What is remembered for a watcher that does not take it.</summary>
public sealed class SessionSubscriptionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SessionFeed _feed;
    private long _revision;

    public SessionSubscriptionTests() => _feed = new SessionFeed(_time);

    [Theory]
    [InlineData(4_096, 0, true)]
    [InlineData(4_097, 0, false)]
    [InlineData(500, 60, true)]
    [InlineData(501, 60, false)]
    public void Take_AfterSoManyChangesInSoManySeconds_IsCompleteOrSaysThatItIsNot(int count, int seconds, bool isComplete)
    {
        using SessionSubscription subscription = _feed.Subscribe();
        Change(count - 1);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Change(1);

        Assert.Equal(isComplete, subscription.TryTake(out SessionChange[] changes));
        Assert.Equal(isComplete ? count : 0, changes.Length);
    }

    [Fact]
    public void Take_OfTheSameSessionsAgainAndAgain_HasTheNewestOfEach()
    {
        using SessionSubscription subscription = _feed.Subscribe();
        _time.Advance(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 5_000; i++)
            Commit($"session-{i % 400}");

        Assert.True(subscription.TryTake(out SessionChange[] changes));
        Assert.Equal(Enumerable.Range(4_601, 400).Select(r => (long)r), changes.Select(c => c.Revision));
    }

    [Fact]
    public void Take_AfterItHadToReadTheDatabase_IsCompleteAgain()
    {
        using SessionSubscription subscription = _feed.Subscribe();
        Change(5_000);
        Assert.False(subscription.TryTake(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Change(600);

        Assert.True(subscription.TryTake(out SessionChange[] changes));
        Assert.Equal(600, changes.Length);
    }

    private void Change(int sessions)
    {
        for (int i = 0; i < sessions; i++)
            Commit($"session-{_revision}");
    }

    private void Commit(string sessionId) => _feed.OnCommitted(new Committed
    {
        Time = _time.GetUtcNow(),
        Sessions = [new SessionChange(sessionId, ++_revision, isNew: true, view: null)],
        Timelines = [],
        Runners = [],
        Runs = [],
        Transitions = [],
        Connections = [],
        Commands = [],
    });
}
