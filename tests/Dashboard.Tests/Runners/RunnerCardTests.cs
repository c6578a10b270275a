using Bunit;
using Coordinator.Dashboard.Runners;
using Grpc.Core;

namespace Coordinator.Dashboard.Tests.Runners;

public sealed class RunnerCardTests : ComponentContext
{
    [Theory]
    [InlineData(Proto.RunnerStatus.Online, false, 1, "Online")]
    [InlineData(Proto.RunnerStatus.Online, false, 3_600, "Stale")]
    [InlineData(Proto.RunnerStatus.Online, true, 1, "Draining")]
    [InlineData(Proto.RunnerStatus.Offline, true, 1, "Offline")]
    public void State_IsOneWord(Proto.RunnerStatus status, bool draining, int silence, string word) =>
        Assert.Equal(word, Show(Runner(r => (r.Status, r.Draining, r.LastHeartbeatTime) = (status, draining, Ago(silence)))).Find(".runner-state").TextContent);

    [Fact]
    public void Slots_AreSaidAndDrawn()
    {
        var card = Show(Runner(r => (r.ActiveRuns, r.Capacity) = (3, 12)));

        Assert.Equal("3 of 12 slots in use", card.Find(".slots-text").TextContent);
        Assert.Equal("25", card.Find(".slots-used").GetAttribute("width"));
    }

    [Fact]
    public void Names_OfRunners_AreTextAndNothingElse()
    {
        var card = Show(Runner(r => (r.Name, r.Hostname, r.Status) = (Hostile, Hostile, Proto.RunnerStatus.Offline)));

        Assert.Empty(card.FindAll("img"));
        Assert.Equal(Harmless, card.Find("h2").TextContent);
        Assert.DoesNotContain('\u202E', card.Find("li").OuterHtml);
    }

    [Fact]
    public void Executors_ThatCannotBeStarted_AreShownWithWhatToDo()
    {
        var card = Show(Runner(r =>
        {
            r.Executors.Add("command");
            r.ExecutorInfos.Add(new Proto.ExecutorInfo
            {
                Name = "claude-code",
                UnavailableReason = $"{Hostile} is gone.",
                Remedy = "Install it.",
                InstallCommand = "npm i",
            });
            r.ExecutorInfos.Add(new Proto.ExecutorInfo { Name = "command", Available = true });
        }));

        var shown = Assert.Single(card.FindAll(".executor-unavailable"));
        Assert.Contains($"claude-code cannot be started. {Harmless} is gone. Install it.", shown.TextContent, StringComparison.Ordinal);
        Assert.Equal("npm i", shown.QuerySelector("code")?.TextContent);
        Assert.Contains(card.FindAll(".runner-facts dd"), fact => fact.TextContent == "command");
    }

    [Theory]
    [InlineData(Proto.RunnerStatus.Online, 0, false)]
    [InlineData(Proto.RunnerStatus.Offline, 1, false)]
    [InlineData(Proto.RunnerStatus.Offline, 0, true)]
    public void Remove_OnlyWhereNothingIsLost(Proto.RunnerStatus status, int active, bool offered) =>
        Assert.Equal(offered, Show(Runner(r => (r.Status, r.ActiveRuns) = (status, active))).FindAll("[aria-label='Remove build']").Count == 1);

    [Fact]
    public void Undrain_Refused_SaysWhy()
    {
        Calls.On<Proto.UndrainRunnerRequest>(_ => throw new RpcException(new Status(StatusCode.NotFound, "It was removed.")));
        var card = Show(Runner(r => (r.Draining, r.DrainReason, r.ActiveRuns) = (true, "new disk", 2)));
        Assert.Equal("Takes no new sessions: new disk. 2 still there.", card.Find(".runner-note").TextContent);

        card.FindAll("button").Single(b => b.TextContent == "Undrain").Click();

        Assert.Equal("build: It was removed.", Assert.Single(Said));
    }

    [Fact]
    public void Drain_IsAskedForFirstAndThenSent()
    {
        Calls.On<Proto.DrainRunnerRequest>(_ => new Proto.DrainRunnerResponse());
        var dialog = Render<DrainDialog>();
        dialog.InvokeAsync(() => dialog.Instance.Open(Runner(r => r.ActiveRuns = 2)));
        Assert.Contains("The 2 sessions on it go on to their ends.", dialog.Find(".dialog-lead").TextContent, StringComparison.Ordinal);
        Assert.Empty(Calls.Requests);

        dialog.Find("input").Change(" new disk ");
        dialog.Find(".button-primary").Click();

        Proto.DrainRunnerRequest sent = Assert.IsType<Proto.DrainRunnerRequest>(Assert.Single(Calls.Requests));
        Assert.Equal(("rnr_1", "new disk"), (sent.RunnerId, sent.Reason));
        Assert.Equal("build takes no new sessions.", Assert.Single(Said));
    }

    private Proto.Runner Runner(Action<Proto.Runner> change)
    {
        Proto.Runner runner = new() { RunnerId = "rnr_1", Name = "build", Status = Proto.RunnerStatus.Online, Capacity = 8, LastHeartbeatTime = Ago(1) };
        change(runner);
        return runner;
    }

    private IRenderedComponent<RunnerCard> Show(Proto.Runner runner) =>
        Render<RunnerCard>(p => p.Add(c => c.Runner, runner).Add(c => c.Now, Time.GetUtcNow()));
}
