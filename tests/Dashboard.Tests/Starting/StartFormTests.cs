using Coordinator.Dashboard.Starting;

namespace Coordinator.Dashboard.Tests.Starting;

public sealed class StartFormTests
{
    private static readonly Proto.Runner Free = new() { RunnerId = "rnr_1", Status = Proto.RunnerStatus.Online, Executors = { "claude-code" }, Capacity = 2, ActiveRuns = 1 };

    [Fact]
    public void Obstacle_EachWayToWait_IsSaid()
    {
        StartForm form = new() { Executor = "claude-code" };
        Assert.Null(form.Obstacle([Free]));
        Assert.Null(new StartForm().Obstacle([]));
        Assert.Contains("No online runner", form.Obstacle([]), StringComparison.Ordinal);
        Assert.Contains("No online runner", form.Obstacle([With(r => r.Status = Proto.RunnerStatus.Offline)]), StringComparison.Ordinal);
        Assert.Contains("No online runner", form.Obstacle([With(r => r.Draining = true)]), StringComparison.Ordinal);
        Assert.Contains("full", form.Obstacle([With(r => r.ActiveRuns = 2)]), StringComparison.Ordinal);
        form.RunnerId = "rnr_2";
        Assert.Contains("That runner", form.Obstacle([Free]), StringComparison.Ordinal);
    }

    [Fact]
    public void Obstacle_ExecutorThatCannotBeStarted_NamesTheRunner()
    {
        StartForm form = new() { Executor = "claude-code" };
        Proto.Runner unable = With(r =>
        {
            (r.RunnerId, r.Name) = ("rnr_2", "build");
            r.Executors.Clear();
            r.ExecutorInfos.Add(new Proto.ExecutorInfo { Name = "claude-code", UnavailableReason = "It is not there." });
        });

        Assert.Equal("“claude-code” cannot be started on build. The session would wait until it can.", form.Obstacle([unable]));
        Assert.Null(form.Obstacle([unable, Free]));
        form.RunnerId = "rnr_2";
        Assert.Contains("cannot be started on build", form.Obstacle([unable, Free]), StringComparison.Ordinal);
        form.Executor = "codex";
        Assert.Contains("That runner", form.Obstacle([unable, Free]), StringComparison.Ordinal);
    }

    [Fact]
    public void ToRequest_EveryField_IsTakenOver()
    {
        StartForm form = new()
        {
            Name = " name ",
            Executor = "command",
            Agent = "me",
            Prompt = " as it is ",
            Directory = "/srv",
            RunnerId = "rnr_1",
            Labels = "team = search\n\nurgent",
        };

        Proto.StartSessionRequest request = form.ToRequest("id");

        Assert.Equal(("name", " as it is ", "/srv", "rnr_1", "id"), (request.SessionName, request.Prompt, request.ProjectDir, request.Demands.RunnerId, request.RequestId));
        Assert.Equal(("search", ""), (request.Labels["team"], request.Labels["urgent"]));
    }

    private static Proto.Runner With(Action<Proto.Runner> change)
    {
        Proto.Runner runner = Free.Clone();
        change(runner);
        return runner;
    }
}
