using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Storage;

/// <summary>What callers and watchers see of a store that has rivals and loses answers: nothing, if that can be helped.</summary>
public sealed class UnreliableStoreTests
{
    [Fact]
    public async Task Conflict_IsAppliedAnew_AndSeenByNobody()
    {
        await using UnreliableStore store = new();
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(store.AddTo);
        store.Next(CommitFate.Conflict, CommitFate.Conflict);

        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;

        Assert.Equal(3, store.Tried);
        Assert.Equal(session.SessionId, Assert.Single((await coordinator.Sessions.ListSessionsAsync(new())).Sessions).SessionId);
        Assert.Equal(1, Assert.Single((await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = session.SessionId })).Events).Sequence);
    }

    [Theory]
    [InlineData((int)CommitFate.LostMade, 1)]
    [InlineData((int)CommitFate.LostUnmade, 2)]
    public async Task LostAnswer_IsAskedFor_AndTheCommitIsMadeOnce(int fate, int tried)
    {
        await using UnreliableStore store = new();
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(store.AddTo);
        store.Next((CommitFate)fate);

        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;

        Assert.Equal(tried, store.Tried);
        Assert.Equal(session.SessionId, Assert.Single((await coordinator.Sessions.ListSessionsAsync(new())).Sessions).SessionId);
        Assert.Equal(1, (await coordinator.Sessions.ListSessionsAsync(new())).TotalSize);
    }

    /// <summary>It must not be made again, nor may anything be built on what is not known. Watchers hear of it when it is known.</summary>
    [Fact]
    public async Task LostAnswer_ThatNobodyCanBeAskedFor_IsTheCallersToLookAt_AndNothingElseIsCommitted()
    {
        await using UnreliableStore store = new();
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(store.AddTo);
        using var watch = coordinator.Sessions.WatchSessions(new(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());
        store.Next(CommitFate.LostMade);
        store.IsAway = true;

        RpcException unknown = await Assert.ThrowsAsync<RpcException>(() => coordinator.Sessions.StartSessionAsync(Calls.Start("first")).ResponseAsync);
        await coordinator.Sessions.StartSessionAsync(Calls.Start("second")).ResponseAsync.FailsAsync(StatusCode.Unavailable, "STORAGE_UNAVAILABLE");
        Assert.Equal(1, store.Tried);
        store.IsAway = false;
        await coordinator.Sessions.StartSessionAsync(Calls.Start("third"));

        Assert.Equal(StatusCode.Unavailable, unknown.StatusCode);
        Assert.Contains("not known", unknown.Status.Detail, StringComparison.Ordinal);
        string[] names = [.. (await coordinator.Sessions.ListSessionsAsync(new())).Sessions.Select(s => s.SessionName).Order(StringComparer.Ordinal)];
        Assert.Equal(["first", "third"], names);
        HashSet<string> seen = [];
        while (seen.Count < 2 && await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout())
        {
            if (watch.ResponseStream.Current.SessionCreated is { } created)
                seen.Add(created.SessionName);
        }

        Assert.Equal(names, seen.Order(StringComparer.Ordinal));
    }
}
