using Coordinator.Dashboard.Timeline;
using Coordinator.Testing.Samples;

namespace Coordinator.Dashboard.Tests.Timeline;

public sealed class TimelineStateTests
{
    [Fact]
    public void Apply_GapBetweenEvents_IsThatManyLines()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(1_210, SampleEvents.Message(1, "do"), SampleEvents.Started(2), SampleEvents.Message(1_207, "done")));
        Assert.Equal([(1, 0L), (2, 0), (3, 1_204), (1_207, 0), (1_208, 3)], Entries(state));
    }

    [Fact]
    public void Apply_LinesGoOn_IsOneStretch()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(1, SampleEvents.Started(1))).Apply(SampleEvents.Sent(50)).Apply(SampleEvents.Sent(80))
            .Apply(SampleEvents.Sent(101, SampleEvents.Message(101, "x")));
        Assert.Equal([(1, 0L), (2, 99), (101, 0)], Entries(state));
    }

    [Fact]
    public void Apply_ResultOfATool_JoinsItsCall()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(
            4, SampleEvents.Call(1, "a", "Bash", "{}"), SampleEvents.Call(2, "b", "Read", "{}"), SampleEvents.Result(3, "b", "text"), SampleEvents.Result(4, "a", "no", isError: true)));
        TimelineRun run = Assert.Single(state.Runs);
        Assert.Equal(["no", "text"], run.Entries.Select(e => e.Result!.ToolResult.Text));
    }

    [Fact]
    public void Apply_ResultWithoutCall_StandsAlone()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(1, SampleEvents.Result(1, "a", "text")));
        Assert.Equal("text", Assert.Single(state.Runs[0].Entries).Event!.ToolResult.Text);
    }

    [Fact]
    public void Apply_EventsAgain_ChangeNothing()
    {
        TimelineState once = TimelineState.Empty.Apply(SampleEvents.Sent(2, SampleEvents.Started(1), SampleEvents.Message(2, "x")));
        Assert.Equal(Entries(once), Entries(once.Apply(SampleEvents.Sent(2, SampleEvents.Started(1), SampleEvents.Message(2, "x")))));
    }

    [Fact]
    public void Apply_NextRun_IsABlockOfItsOwn()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(
            10, SampleEvents.Message(1, "first"), SampleEvents.At(8, new() { RunCompleted = new() }), SampleEvents.At(9, new() { Message = new() { Text = "second" } }, "run_2")));
        Assert.Equal([(1, "run_1", 3), (2, "run_2", 2)], state.Runs.Select(r => (r.Number, r.RunId, r.Entries.Count)));
    }

    [Fact]
    public void Apply_MoreThanItHolds_ForgetsTheOldestAndCountsThem()
    {
        TimelineState state = TimelineState.WithCapacity(10_000);
        for (int i = 1; i <= 100; i++)
            state = state.Apply(SampleEvents.Sent(i, SampleEvents.Message(i, new string('x', 1_000))));
        Assert.Equal(100, state.Count + state.Forgotten);
        Assert.InRange(state.Count, 7, 9);
        Assert.Equal(100, state.Runs[^1].Entries[^1].Sequence);
    }

    [Fact]
    public void Apply_AnyOrderOfParts_ComesToTheSame()
    {
        Random random = new(9);
        Proto.SessionEvent[] all = [.. Enumerable.Range(1, 400).Where(i => i % 7 < 3).Select(i => i % 7 == 0 ? SampleEvents.Call(i, $"c{i}", "T", "{}") : i % 7 == 1 ? SampleEvents.Result(i, $"c{i - 1}", "r") : SampleEvents.Message(i, "m"))];
        var whole = Entries(TimelineState.Empty.Apply(SampleEvents.Sent(400, all)));
        for (int round = 0; round < 50; round++)
        {
            TimelineState state = TimelineState.Empty;
            for (int at = 0; at < all.Length;)
            {
                // Some come twice, as after a lost connection.
                int from = Math.Max(0, at - random.Next(3)), to = Math.Min(all.Length, at + random.Next(1, 20));
                state = state.Apply(SampleEvents.Sent(all[to - 1].Sequence, all[from..to]));
                at = to;
            }

            Assert.Equal(whole, Entries(state.Apply(SampleEvents.Sent(400))));
        }
    }

    [Fact]
    public void Newest_Count_CutsTheOldest()
    {
        TimelineState state = TimelineState.Empty.Apply(SampleEvents.Sent(
            4, SampleEvents.Message(1, "a"), SampleEvents.Message(2, "b"), SampleEvents.At(3, new() { Message = new() { Text = "c" } }, "run_2"), SampleEvents.At(4, new() { Message = new() { Text = "d" } }, "run_2")));
        Assert.Equal([2L, 3, 4], state.Newest(3).SelectMany(r => r.Entries).Select(e => e.Sequence));
        Assert.Equal([3L, 4], state.Newest(2).SelectMany(r => r.Entries).Select(e => e.Sequence));
        Assert.Equal(4, state.Newest(99).Sum(r => r.Entries.Count));
    }

    private static List<(long, long)> Entries(TimelineState state) => [.. state.Runs.SelectMany(r => r.Entries).Select(e => (e.Sequence, e.Lines))];
}
