using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Grpc.Core;

namespace Coordinator.Tests.Timelines;

/// <summary>A session's events: followed, in part, page by page, and searched.</summary>
public sealed class TimelineTests
{
    [Fact]
    public async Task Watch_TellsTheSequenceItHasReached()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        await runner.OutputAsync(start, "a", "b");
        await runner.NextAckAsync();

        List<Proto.WatchSessionEventsResponse> all = await WatchAsync(coordinator, new() { SessionId = id });
        List<Proto.WatchSessionEventsResponse> rest = await WatchAsync(coordinator, new() { SessionId = id, AfterSequence = 3 });

        Assert.Equal([1, 2, 3, 4], all.SelectMany(r => r.Events).Select(e => e.Sequence));
        Assert.All(all, r => Assert.Equal(r.Events[^1].Sequence, r.Sequence));
        Assert.Equal(["b"], rest.SelectMany(r => r.Events).Select(e => e.Output.Text));
        Assert.Equal([new() { Sequence = 4 }], await WatchAsync(coordinator, new() { SessionId = id, AfterSequence = 4 }));
    }

    [Theory]
    [InlineData(0, 3, new long[] { 8, 9, 10 })]
    [InlineData(9, 3, new long[] { 10 })]
    [InlineData(2, 1_000, new long[] { 3, 4, 5, 6, 7, 8, 9, 10 })]
    [InlineData(0, int.MaxValue, new long[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    [InlineData(long.MaxValue, 3, new long[0])]
    public async Task Watch_WithTail_BeginsWithTheNewestEvents(long after, int tail, long[] expected)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        for (int i = 0; i < 4; i++)
        {
            await runner.OutputAsync(start, "one", "two");
            await runner.NextAckAsync();
        }

        List<Proto.WatchSessionEventsResponse> responses = await WatchAsync(
            coordinator, new() { SessionId = id, AfterSequence = after, Tail = tail });

        Assert.Equal(expected, responses.SelectMany(r => r.Events).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Watch_WithoutOutput_TellsHowFarItIsAllTheSame()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        await runner.EventsAsync(
            start, ScriptedRunner.Line("1"), ScriptedRunner.Said("hello"), ScriptedRunner.Line("2"), ScriptedRunner.Line("3"));
        await runner.NextAckAsync();
        await runner.OutputAsync(start, "4");
        await runner.NextAckAsync();

        List<Proto.WatchSessionEventsResponse> responses = await WatchAsync(coordinator, new() { SessionId = id, OmitOutput = true });

        Assert.Equal([1, 2, 4], responses.SelectMany(r => r.Events).Select(e => e.Sequence));
        Assert.Equal((0, 7), (responses[^1].Events.Count, responses[^1].Sequence));
        Assert.Equal(
            [new() { Sequence = 7 }], await WatchAsync(coordinator, new() { SessionId = id, OmitOutput = true, AfterSequence = 7 }));
    }

    [Fact]
    public async Task Watch_WithoutOutputOfAnAgentThatOnlyWrites_GivesSignsOfLifeThatCanBeResumedFrom()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:WatchHeartbeatInterval=00:00:01");
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        using var watch = coordinator.Sessions.WatchSessionEvents(new() { SessionId = id, Follow = true, OmitOutput = true });
        long told = 0;
        while (told < 2)
        {
            await watch.ResponseStream.MoveNext().WithTimeout();
            told = watch.ResponseStream.Current.Sequence;
        }

        Task<bool> sign = watch.ResponseStream.MoveNext().WithTimeout();
        int lines = 0;
        for (; !sign.IsCompleted; lines++)
        {
            await runner.OutputAsync(start, "busy");
            await runner.NextAckAsync();
        }

        Assert.True(await sign);
        Assert.Empty(watch.ResponseStream.Current.Events);
        Assert.InRange(watch.ResponseStream.Current.Sequence, 3, 2 + lines);
    }

    [Fact]
    public async Task List_GivesAnyPartOfATimeline()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        for (int i = 0; i < 5; i++)
        {
            await runner.OutputAsync(start, Enumerable.Range(i * 50, 50).Select(n => $"line {n}"));
            await runner.NextAckAsync();
        }

        Proto.ListSessionEventsResponse first = await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = id });
        Proto.ListSessionEventsResponse middle = await coordinator.Sessions.ListSessionEventsAsync(
            new() { SessionId = id, AfterSequence = 120, PageSize = 60 });
        Proto.ListSessionEventsResponse end = await coordinator.Sessions.ListSessionEventsAsync(
            new() { SessionId = id, AfterSequence = 252 });
        Proto.ListSessionEventsResponse beyond = await coordinator.Sessions.ListSessionEventsAsync(
            new() { SessionId = id, AfterSequence = long.MaxValue, PageSize = 1_000 });

        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long)n), first.Events.Select(e => e.Sequence));
        Assert.Equal(Enumerable.Range(118, 60).Select(n => $"line {n}"), middle.Events.Select(e => e.Output.Text));
        Assert.All([first, middle, end, beyond], page => Assert.Equal(252, page.NewestSequence));
        Assert.Empty(end.Events);
        Assert.Empty(beyond.Events);
    }

    [Fact]
    public async Task List_OfVeryLongLines_FitsIntoAMessage()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        string line = new('x', 64 * 1024);
        for (int i = 0; i < 5; i++)
        {
            await runner.OutputAsync(start, Enumerable.Repeat(line, 20));
            await runner.NextAckAsync();
        }

        List<long> sequences = [];
        for (long newest = long.MaxValue; sequences.Count < newest;)
        {
            Proto.ListSessionEventsResponse page = await coordinator.Sessions.ListSessionEventsAsync(
                new() { SessionId = id, AfterSequence = sequences.Count, PageSize = 1_000 }).ResponseAsync.WithTimeout();
            Assert.InRange(page.CalculateSize(), 1, 1024 * 1024 + line.Length);
            sequences.AddRange(page.Events.Select(e => e.Sequence));
            newest = page.NewestSequence;
        }

        Assert.Equal(Enumerable.Range(1, 102).Select(n => (long)n), sequences);
    }

    [Fact]
    public async Task Search_LooksIntoTextsAndNothingElse()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        await runner.EventsAsync(start,
            ScriptedRunner.Line("a Needle in a line"),
            ScriptedRunner.Said("a nEEdle\nin a message"),
            new() { ToolCall = new() { ToolCallId = "needle-1", ToolName = "needle_tool", InputJson = "{}" } },
            new() { ToolCall = new() { ToolCallId = "needle-2", ToolName = "Bash", InputJson = """{"command":"find NEEDLE"}""" } },
            new() { ToolResult = new() { ToolCallId = "needle-3", Text = "no needle" } },
            new() { ToolResult = new() { ToolCallId = "needle-4", Text = "nothing" } },
            ScriptedRunner.Line("need le"));
        await runner.NextAckAsync();

        Assert.Equal([3, 4, 5, 6, 7], await FindAsync(coordinator, id, "needle"));
        Assert.Equal([3], await FindAsync(coordinator, id, "A LINE"));
        Assert.Empty(await FindAsync(coordinator, id, id));
        Assert.Empty(await FindAsync(coordinator, id, "needle-"));
        Assert.Equal([1], await FindAsync(coordinator, id, "work"));
    }

    [Fact]
    public async Task Search_WithMoreThanAsked_GoesOnAfterWhatWasSearched()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        for (int i = 0; i < 4; i++)
        {
            await runner.OutputAsync(start, "hit", "miss", "hit", "miss");
            await runner.NextAckAsync();
        }

        Proto.SearchSessionEventsRequest request = new() { SessionId = id, Text = "hit", MaxResults = 3 };
        Proto.SearchSessionEventsResponse first = await coordinator.Sessions.SearchSessionEventsAsync(request);
        request.AfterSequence = first.SearchedSequence;
        Proto.SearchSessionEventsResponse second = await coordinator.Sessions.SearchSessionEventsAsync(request);
        request.AfterSequence = second.SearchedSequence;
        Proto.SearchSessionEventsResponse third = await coordinator.Sessions.SearchSessionEventsAsync(request);

        Assert.Equal([3, 5, 7], first.Sequences);
        Assert.Equal([9, 11, 13], second.Sequences);
        Assert.Equal([15, 17], third.Sequences);
        Assert.Equal((true, true, false), (first.More, second.More, third.More));
        Assert.Equal(18, third.SearchedSequence);
    }

    [Fact]
    public async Task Search_WithExactlyAsManyAsAsked_HasNoMore()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (id, start) = await StartAsync(coordinator, runner);
        await runner.OutputAsync(start, "hit", "hit", "miss");
        await runner.NextAckAsync();

        Proto.SearchSessionEventsResponse found = await coordinator.Sessions.SearchSessionEventsAsync(
            new() { SessionId = id, Text = "hit", MaxResults = 2 });

        Assert.Equal([3, 4], found.Sequences);
        Assert.Equal((false, 5), (found.More, found.SearchedSequence));
    }

    /// <summary>A running session with two events: the prompt and the start.</summary>
    private static async Task<(string SessionId, Proto.StartRun Start)> StartAsync(RunningCoordinator coordinator, ScriptedRunner runner)
    {
        var (session, start) = await coordinator.StartRunningAsync(runner);
        return (session.SessionId, start);
    }

    private static async Task<List<Proto.WatchSessionEventsResponse>> WatchAsync(
        RunningCoordinator coordinator, Proto.WatchSessionEventsRequest request)
    {
        using var watch = coordinator.Sessions.WatchSessionEvents(request);
        List<Proto.WatchSessionEventsResponse> responses = [];
        while (await watch.ResponseStream.MoveNext().WithTimeout())
            responses.Add(watch.ResponseStream.Current);
        return responses;
    }

    private static async Task<IEnumerable<long>> FindAsync(RunningCoordinator coordinator, string sessionId, string text) =>
        (await coordinator.Sessions.SearchSessionEventsAsync(new() { SessionId = sessionId, Text = text })).Sequences;
}
