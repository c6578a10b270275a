using Coordinator.BrowserTests.Support;
using Coordinator.Testing;
using Coordinator.Testing.Deployments;

namespace Coordinator.BrowserTests;

/// <summary>The browser takes a page over from the coordinator that rendered it, and nobody sees it happen.</summary>
public sealed class TakeOverTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    /// <summary>As many as the coordinator renders into a page.</summary>
    private const int Rendered = 24;

    public static TheoryData<int, int> Lists { get; } = [.. TestForm.Cases<(int, int)>(1, (60, 1280), (60, 390), (24, 1280), (1, 1280))];

    public static TheoryData<string> Tabs { get; } = [.. TestForm.Cases(1, "timeline", "output", "details")];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task List_TakenOver_NeverShowsFewerRowsThanRendered(int sessions, int width)
    {
        await StartAsync(sessions);

        await NothingGoesAsync("", ".session-row", ".session-row", Math.Min(sessions, Rendered), width);
    }

    [Fact]
    public async Task List_Filtered_NeverShowsFewerRowsThanRendered()
    {
        await StartAsync(30, "other");
        await StartAsync(30);

        await NothingGoesAsync("sessions?agent=other&status=pending&q=SESSION&sort=name", ".session-row", ".session-row", Rendered);
    }

    [Theory]
    [MemberData(nameof(Tabs))]
    public async Task Session_TakenOver_StaysWhereItIs(string tab)
    {
        IReadOnlyList<Proto.Session> sessions = await StartAsync(1);

        await NothingGoesAsync($"sessions/{sessions[0].SessionId}?tab={tab}", ".session-facts dd, .tabs a", ".tabs", 1);
    }

    private async Task<IReadOnlyList<Proto.Session>> StartAsync(int count, string agent = "tester")
    {
        List<Proto.Session> sessions = [];
        for (int number = 0; number < count; number++)
        {
            // They wait for a runner: this is about pages, not about agents.
            sessions.Add((await Deployment.Coordinator.Sessions.StartSessionAsync(
                new() { Executor = "nobody-has-it", Prompt = "-", AgentName = agent, SessionName = $"Session {number}" })).Session);
        }

        return sessions;
    }

    private async Task NothingGoesAsync(string path, string items, string first, int rendered, int width = 1280)
    {
        IReadOnlyList<Frames.Frame> frames = await Frames.RecordAsync(await NewPageAsync(width: width), path, items, first);

        IEnumerable<Frames.Frame> changes = frames.Where((frame, i) => i == 0 || frame with { Time = frames[i - 1].Time } != frames[i - 1]);
        string pictures = string.Join('\n', changes);
        TestContext.Current.TestOutputHelper!.WriteLine(pictures);
        Assert.False(frames[0].IsLive, "The page was live before anything was seen of it.");
        Assert.True(frames[0].Items >= rendered, $"It was rendered with fewer than {rendered}:\n{pictures}");
        Assert.All(frames, frame => Assert.True(frame.Items >= frames[0].Items, $"It had {frames[0].Items} and lost some:\n{pictures}"));
        Assert.All(frames, frame => Assert.True(
            frame.Top is { } top && Math.Abs(top - frames[0].Top!.Value) < 1, $"It moved:\n{pictures}"));
    }
}
