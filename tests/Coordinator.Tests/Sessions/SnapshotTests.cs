using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Sessions;

/// <summary>What a watch begins with: which sessions, in which order, in which parts.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task Snapshot_OfManySessions_ComesNewestFirstAcrossParts()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string[] ids = await StartAsync(coordinator, 650);

        List<Proto.SessionSnapshot> parts = await SnapshotAsync(coordinator, new());

        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), IdsOf(parts));
        Assert.Equal([100, 500, 50], parts.Select(p => p.Sessions.Count));
        Assert.Equal([true, false, false], parts.Select(p => p.First));
        Assert.Equal([false, false, true], parts.Select(p => p.Complete));
        Assert.All(parts, p => Assert.Equal(0, p.OmittedSessions));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(250)]
    public async Task Snapshot_WithALimit_HasTheNewestEndedSessionsAndEveryActiveOne(int limit)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string[] oldActive = await StartAsync(coordinator, 5);
        string[] ended = await StartEndedAsync(coordinator, 120);
        string[] active = await StartAsync(coordinator, 10);
        string[] newest = await StartEndedAsync(coordinator, 130);

        List<Proto.SessionSnapshot> parts = await SnapshotAsync(coordinator, new() { MaxEndedSessions = limit });

        string[] shown = [.. ended.Concat(newest).OrderDescending(StringComparer.Ordinal).Take(limit)];
        Assert.Equal(shown.Concat(active).Concat(oldActive).OrderDescending(StringComparer.Ordinal), IdsOf(parts));
        Assert.Equal(250 - limit, parts[^1].OmittedSessions);
        Assert.All(parts.SkipLast(1), p => Assert.Equal(0, p.OmittedSessions));
    }

    [Fact]
    public async Task Snapshot_WithALimitAndAFilter_CountsWhatTheFilterSelects()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await StartEndedAsync(coordinator, 7, agent: "other");
        string[] mine = await StartEndedAsync(coordinator, 9);
        string[] active = await StartAsync(coordinator, 2);

        List<Proto.SessionSnapshot> byAgent = await SnapshotAsync(
            coordinator, new() { MaxEndedSessions = 4, Filter = new() { AgentName = "tester" } });
        List<Proto.SessionSnapshot> byStatus = await SnapshotAsync(coordinator, new()
        {
            MaxEndedSessions = 4,
            Filter = new()
            {
                AgentName = "tester",
                Statuses = { Proto.SessionStatus.Stopped, Proto.SessionStatus.Stopped, Proto.SessionStatus.Failed },
            },
        });
        List<Proto.SessionSnapshot> onlyActive = await SnapshotAsync(
            coordinator, new() { MaxEndedSessions = 4, Filter = new() { Statuses = { Proto.SessionStatus.Pending } } });

        Assert.Equal([.. active.Reverse(), .. mine.Reverse().Take(4)], IdsOf(byAgent));
        Assert.Equal(5, byAgent[^1].OmittedSessions);
        Assert.Equal(mine.Reverse().Take(4), IdsOf(byStatus));
        Assert.Equal(5, byStatus[^1].OmittedSessions);
        Assert.Equal(active.Reverse(), IdsOf(onlyActive));
        Assert.Equal(0, onlyActive[^1].OmittedSessions);
    }

    [Fact]
    public async Task Watch_WithALimit_IsToldWhenALeftOutSessionChanges()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string[] ended = await StartEndedAsync(coordinator, 3);
        using var watch = coordinator.Sessions.WatchSessions(new() { MaxEndedSessions = 1 });
        await watch.ResponseStream.MoveNext().WithTimeout();
        Assert.Equal([ended[2]], watch.ResponseStream.Current.Snapshot.Sessions.Select(s => s.SessionId));

        await coordinator.Sessions.ResumeSessionAsync(new() { SessionId = ended[0], Prompt = "again" });

        await watch.ResponseStream.MoveNext().WithTimeout();
        Assert.Equal(ended[0], watch.ResponseStream.Current.SessionUpdated.SessionId);
    }

    [Fact]
    public async Task List_OfSeveralStatuses_GoesOnWhereThePageEnded()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<string> ids = [];
        for (int i = 0; i < 4; i++)
            ids.AddRange([.. await StartEndedAsync(coordinator, 2), .. await StartAsync(coordinator, 1)]);
        Proto.ListSessionsRequest request = new() { PageSize = 5 };
        request.Filter = new()
        {
            Statuses =
            {
                Proto.SessionStatus.Pending, Proto.SessionStatus.Stopped, Proto.SessionStatus.Stopped, Proto.SessionStatus.Failed,
            },
        };

        List<string> listed = [];
        do
        {
            Proto.ListSessionsResponse page = await coordinator.Sessions.ListSessionsAsync(request);
            Assert.Equal(12, page.TotalSize);
            listed.AddRange(page.Sessions.Select(s => s.SessionId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task TotalSize_FollowsStartsAndDeletions_OverARestart()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string[] ended = await StartEndedAsync(coordinator, 3);
        await StartAsync(coordinator, 2);
        await coordinator.Sessions.DeleteSessionAsync(new() { SessionId = ended[1] });

        await coordinator.StopAsync();
        await coordinator.StartAgainAsync();

        Assert.Equal(4, (await coordinator.Sessions.ListSessionsAsync(new() { PageSize = 1 })).TotalSize);
        Assert.Equal(1, (await SnapshotAsync(coordinator, new() { MaxEndedSessions = 1 }))[^1].OmittedSessions);
    }

    private static async Task<List<Proto.SessionSnapshot>> SnapshotAsync(RunningCoordinator coordinator, Proto.WatchSessionsRequest request)
    {
        using var watch = coordinator.Sessions.WatchSessions(request);
        List<Proto.SessionSnapshot> parts = [];
        while (parts is not [.., { Complete: true }])
        {
            Assert.True(await watch.ResponseStream.MoveNext().WithTimeout());
            parts.Add(watch.ResponseStream.Current.Snapshot);
        }

        return parts;
    }

    private static IEnumerable<string> IdsOf(IEnumerable<Proto.SessionSnapshot> parts) =>
        parts.SelectMany(p => p.Sessions).Select(s => s.SessionId);

    /// <summary>Sessions that wait for a runner; there is none. Their ids, oldest first.</summary>
    private static async Task<string[]> StartAsync(RunningCoordinator coordinator, int count, string agent = "tester")
    {
        Proto.StartSessionRequest request = Calls.Start();
        request.AgentName = agent;
        var started = await Task.WhenAll(
            Enumerable.Range(0, count).Select(_ => coordinator.Sessions.StartSessionAsync(request).ResponseAsync)).WithTimeout();
        return [.. started.Select(s => s.Session.SessionId).Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> StartEndedAsync(RunningCoordinator coordinator, int count, string agent = "tester")
    {
        string[] ids = await StartAsync(coordinator, count, agent);
        await coordinator.Sessions.StopSessionsAsync(new() { SessionIds = { ids } });
        return ids;
    }
}
