using Bunit;
using Coordinator.Client.Runners;
using Coordinator.Dashboard.Runners;
using Coordinator.Dashboard.Starting;

namespace Coordinator.Dashboard.Tests.Starting;

/// <summary>The fields of the form that are more than an input.</summary>
public sealed class StartFieldsTests : ComponentContext
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void Errors_AreShownAtTheirFieldAndItsParts()
    {
        Dictionary<string, string> errors = new()
        {
            ["labels"] = "Too many.",
            ["labels[team]"] = "Bad value.",
            ["labels.team"] = "Bad key.",
            ["labels_of_others"] = "Not here.",
            ["prompt"] = "Nor here.",
        };

        var field = Render<FieldErrors>(p => p.Add(f => f.Field, "labels").Add(f => f.Errors, errors));

        Assert.Equal(["Too many.", "Bad value.", "Bad key."], field.FindAll("[role=alert].field-error").Select(e => e.TextContent));
    }

    [Theory]
    [InlineData(false, "", "How the agent is launched.")]
    [InlineData(true, "", "No runner is online.")]
    [InlineData(true, "claude-code,command", "Online runners have: claude-code, command.")]
    public void Executor_SaysWhatThereIs(bool known, string executors, string help)
    {
        var field = Render<ExecutorField>(p => p
            .Add(f => f.Executors, executors.Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Add(f => f.AreKnown, known)
            .Add(f => f.Errors, None));

        Assert.Equal(help, field.Find($"#{field.Find("input").GetAttribute("aria-describedby")}").TextContent);
        Assert.Equal(executors, string.Join(',', field.FindAll("datalist option").Select(o => o.GetAttribute("value"))));
    }

    [Fact]
    public void Executor_ThatCannotBeStarted_IsShownDisabled_WithItsReasonAndTheCommand()
    {
        Proto.ExecutorInfo claude = new()
        {
            Name = "claude-code",
            UnavailableReason = $"{Hostile} was not found.",
            Remedy = "Install Claude Code on this machine.",
            InstallCommand = "npm install -g @anthropic-ai/claude-code",
        };
        UnavailableExecutor unavailable = new("build", claude);
        var field = Render<ExecutorField>(p => p
            .Add(f => f.Executors, [])
            .Add(f => f.Unavailable, [unavailable])
            .Add(f => f.AreKnown, true)
            .Add(f => f.Errors, None));
        var remedy = Render<ExecutorRemedy>(p => p.Add(r => r.Executor, unavailable.Executor).Add(r => r.Where, unavailable.Runner));

        var shown = remedy.Find(".executor-unavailable[aria-disabled=true]");
        Assert.Contains(
            $"claude-code cannot be started on build. {Harmless} was not found. Install Claude Code on this machine.",
            shown.TextContent,
            StringComparison.Ordinal);
        Assert.Contains("notices within a minute", shown.TextContent, StringComparison.Ordinal);
        Assert.Equal("npm install -g @anthropic-ai/claude-code", shown.QuerySelector("code")?.TextContent);
        Assert.Empty(remedy.FindAll("img"));
        Assert.Empty(field.FindAll("datalist option"));
        Assert.Equal("Online runners cannot start any of their executors.", field.Find("#executor-help").TextContent);
    }

    [Fact]
    public void Runner_Names_AreTextAndSayWhoIsOffline()
    {
        var field = Render<RunnerField>(p => p.Add(f => f.Errors, None).Add(f => f.Runners,
        [
            new() { RunnerId = "rnr_1", Name = Hostile, Status = Proto.RunnerStatus.Online },
            new() { RunnerId = "rnr_2", Name = "build", Status = Proto.RunnerStatus.Offline },
        ]));

        Assert.Equal(["Automatic", Harmless, "build (offline)"], field.FindAll("option").Select(o => o.TextContent));
        Assert.Empty(field.FindAll("img"));
    }

    [Fact]
    public void Runner_Chosen_TellsTheForm()
    {
        string? chosen = null;
        var field = Render<RunnerField>(p => p
            .Add(f => f.Errors, None)
            .Add(f => f.Runners, [new() { RunnerId = "rnr_1", Name = "build" }])
            .Add(f => f.ValueChanged, id => chosen = id));

        field.Find("#runner").Change("rnr_1");

        Assert.Equal("rnr_1", chosen);
    }
}
