using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Tests.Executors;

public sealed class LaunchTests : IDisposable
{
    private readonly Testing.TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{prompt}", "say {run_id}")]
    [InlineData("<{session_id}|{run_id}|{agent_name}|{executor_session_id}>", "<ses_a|run_a|tester|>")]
    [InlineData("{\"a\":{\"b\":\"{run_id}\"}}", "{\"a\":{\"b\":\"run_a\"}}")]
    [InlineData("{unknown} {", "{unknown} {")]
    [InlineData("{{run_id}}", "{run_a}")]
    public void Placeholders_AreFilledOnce(string argument, string expected)
    {
        Placeholders placeholders = new(new Proto.StartRun
        {
            Prompt = "say {run_id}",
            SessionId = "ses_a",
            RunId = "run_a",
            AgentName = "tester",
        });

        Assert.Equal(expected, placeholders.Fill(argument));
    }

    [Theory]
    [InlineData("-c", "--", "{prompt}")]
    [InlineData("--", "--task", "{prompt}")]
    [InlineData("--task={prompt}")]
    [InlineData(" {prompt}")]
    [InlineData("-{prompt}")]
    public void Placeholders_ValueWithADashThatIsNoOption_IsFilledIn(params string[] arguments)
    {
        Placeholders placeholders = new(new Proto.StartRun { Executor = "mine", Prompt = "-x" });

        Assert.Equal(arguments.Select(one => one.Replace("{prompt}", "-x", StringComparison.Ordinal)), placeholders.FillAll(arguments));
    }

    [Theory]
    [InlineData("prompt", "--task", "{prompt}")]
    [InlineData("prompt", "{prompt}", "--")]
    [InlineData("prompt", "{executor_session_id}{prompt}")]
    [InlineData("agent_name", "{agent_name}")]
    [InlineData("agent_name", "-n", "{agent_name}/{prompt}")]
    [InlineData("session_id", "--id", "{session_id}")]
    public void Placeholders_ValueThatWouldBeAnOption_IsRefusedByName(string name, params string[] arguments)
    {
        Placeholders placeholders = new(new Proto.StartRun
        {
            Executor = "mine",
            Prompt = "--dangerous",
            AgentName = "-x",
            SessionId = "-y",
        });

        AgentStartException refusal = Assert.Throws<AgentStartException>(() => placeholders.FillAll(arguments));

        Assert.StartsWith($"The value of {{{name}}} begins with \"-\"", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Runner:Executors:mine:Args", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"\"--option={{{name}}}\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Placeholders_ConversationThatWouldBeAnOption_IsRefused()
    {
        Placeholders placeholders = new(new Proto.StartRun { Executor = "claude-code", ExecutorSessionId = "--help" });
        ExecutorProfile claude = ShippedExecutors.All.Single(one => one.Name == "claude-code");

        AgentStartException refusal =
            Assert.Throws<AgentStartException>(() => placeholders.FillAll(claude.ArgumentsFor("--help")));

        Assert.StartsWith("The value of {executor_session_id}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_OfTheAgent_HasNoSettingsOfTheProduct()
    {
        AgentEnvironment environment = new(Variables(
            "HOME=/root", "ANTHROPIC_API_KEY=key", "Runner__Coordinator=secret", "ASPNETCORE_Kestrel__Certificates__Default__Password=secret"));
        ExecutorProfile profile = new()
        {
            Name = "x",
            Command = "x",
            Environment = new Dictionary<string, string> { ["HOME"] = "/home/agent" },
        };

        Dictionary<string, string> variables = environment.For(profile, new Proto.StartRun { SessionId = "ses_a" });

        Assert.Equal(
            ["ANTHROPIC_API_KEY=key", "COORDINATOR_SESSION_ID=ses_a", "HOME=/home/agent"],
            variables.Select(one => $"{one.Key}={one.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Environment_OfTheAgent_HasSettingsThatWereNamed_ButNoSecrets()
    {
        AgentEnvironment environment = new(
            Variables("ASPNETCORE_ENVIRONMENT=Test", "ASPNETCORE_URLS=x", "Logging__Level=Debug", "Kestrel__Certificates__Default__Password=secret"),
            "aspnetcore_environment", "Logging__*", "Kestrel__*");

        Assert.Equal(["ASPNETCORE_ENVIRONMENT", "Logging__Level"], environment.For(Profile("x")).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Program_IsFoundInThePathOfTheAgent()
    {
        string first = _files.CreateDirectory("first");
        _files.Write("first/agent", "not executable");
        string second = Path.GetDirectoryName(_files.WriteScript("second/agent", "exit 0"))!;
        Dictionary<string, string> environment = new() { ["PATH"] = $"relative:{first}:{second}:/bin" };

        Assert.Equal(Path.Combine(second, "agent"), ProgramPath.Find(Profile("agent"), environment, out MissingProgram? missing));
        Assert.Null(missing);
        Assert.Equal(
            Path.Combine(second, "agent"),
            ProgramPath.Find(Profile(Path.Combine(second, "agent")), new Dictionary<string, string>(), out missing));
        Assert.Null(missing);
    }

    [Theory]
    [InlineData("agent", "was not found in the runner's PATH")]
    [InlineData("/no/such/agent", "does not exist on this machine")]
    [InlineData("/etc/passwd", "is not executable")]
    public void Program_IsMissing_SaysWhatToInstallOrConfigure(string command, string said)
    {
        Assert.Null(ProgramPath.Find(Profile(command), new Dictionary<string, string>(), out MissingProgram? missing));

        Assert.Contains(said, missing!.Reason, StringComparison.Ordinal);
        Assert.Equal("Install it on this machine, or set Runner:Executors:mine:Command to its full path.", missing.Remedy);
        Assert.Equal($"{missing.Reason} {missing.Remedy}", missing.Sentence);
    }

    [Fact]
    public void Program_IsMissing_SaysTheCommandThatInstallsIt()
    {
        ExecutorProfile claude = ShippedExecutors.All.Single(shipped => shipped.Name == "claude-code");

        ProgramPath.Find(claude, new Dictionary<string, string>(), out MissingProgram? missing);

        Assert.StartsWith("Install Claude Code on this machine", missing!.Remedy, StringComparison.Ordinal);
        Assert.Equal("npm install -g @anthropic-ai/claude-code", missing.InstallCommand);
        Assert.EndsWith("To install it: npm install -g @anthropic-ai/claude-code", missing.Sentence, StringComparison.Ordinal);
    }

    /// <summary>What the coordinator takes is a line of at most 512 characters.</summary>
    [Fact]
    public void Program_IsMissing_WhatIsSaidIsBounded()
    {
        ExecutorProfile profile = new() { Name = new string('n', 64), Command = $"/{new string('x', 5_000)}\nend" };

        ProgramPath.Find(profile, new Dictionary<string, string>(), out MissingProgram? missing);

        Assert.InRange(missing!.Reason.Length, 1, 512);
        Assert.InRange(missing.Remedy.Length, 1, 512);
        Assert.DoesNotContain(missing.Reason, char.IsControl);
        Assert.Contains(" end of executor", missing.Reason, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Variables(params string[] variables) =>
        variables.Select(variable => variable.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static ExecutorProfile Profile(string command) => new() { Name = "mine", Command = command };
}
