using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Hosting;
using Microsoft.Extensions.Configuration;

namespace Coordinator.AgentRunner.Tests.Executors;

public sealed class ExecutorCatalogTests
{
    [Fact]
    public void Shipped_OnlyClaudeCodeIsEnabled()
    {
        ExecutorCatalog catalog = Catalog();

        Assert.Equal(["claude-code"], catalog.Enabled.Select(profile => profile.Name));
        ExecutorProfile claude = catalog.Get("claude-code");
        Assert.Equal(
            ("claude", PromptVia.Stdin, OutputFormat.ClaudeStreamJson),
            (claude.Command, claude.PromptVia, claude.Output));
        Assert.Equal(["-p", "--output-format", "stream-json", "--verbose"], claude.ArgumentsFor(""));
        Assert.Equal(["--resume", "{executor_session_id}"], claude.ArgumentsFor("0b5c").TakeLast(2));
        Assert.Throws<AgentStartException>(() => catalog.Get("command"));
    }

    [Fact]
    public void Command_Enabled_RunsThePromptInTheShell()
    {
        ExecutorProfile command = Catalog(("command:Enabled", "true")).Get("command");

        Assert.Equal(OperatingSystem.IsWindows() ? "/c" : "-c", command.Args[0]);
        Assert.Equal("{prompt}", command.Args[^1]);
    }

    [Fact]
    public void Configuration_OneProperty_LeavesTheOthers()
    {
        ExecutorProfile claude = Catalog(
            ("claude-code:Command", "/opt/claude"),
            ("claude-code:Environment:A", "1"),
            ("claude-code:SoftStop", "Interrupt"))
            .Get("claude-code");

        Assert.Equal(
            ("/opt/claude", OutputFormat.ClaudeStreamJson, SoftStop.Interrupt),
            (claude.Command, claude.Output, claude.SoftStop));
        Assert.Equal(4, claude.Args.Count);
        Assert.Equal("1", claude.Environment["A"]);
    }

    [Fact]
    public void Configuration_AList_ReplacesTheShippedOne()
    {
        ExecutorProfile claude = Catalog(("claude-code:Args:0", "-p"), ("claude-code:Args:1", "{prompt}"))
            .Get("claude-code");

        Assert.Equal(["-p", "{prompt}"], claude.Args);
        Assert.Equal(["-p", "{prompt}"], claude.ArgumentsFor("0b5c"));
    }

    [Fact]
    public void Configuration_ProfileOfOnesOwn_IsEnabledAndHasDefaults()
    {
        ExecutorCatalog catalog = Catalog(("my.agent-1:Command", "agent"));

        Assert.Equal(["claude-code", "my.agent-1"], catalog.Enabled.Select(profile => profile.Name));
        ExecutorProfile own = catalog.Get("my.agent-1");
        Assert.Equal(
            (PromptVia.Argument, OutputFormat.Lines, SoftStop.None),
            (own.PromptVia, own.Output, own.SoftStop));
    }

    [Fact]
    public void Configuration_Mistakes_AreAllListed()
    {
        ExecutorCatalog catalog = Catalog(
            ("a:Output", "xml"), ("a:PromptVia", "mail"), ("a:SoftStop", "please"), ("Upper:Command", "x"));

        Assert.Equal(5, catalog.Errors.Count);
        Assert.Contains(
            "Runner:Executors:a:Output is \"xml\": it must be \"lines\" or \"claude-stream-json\".",
            catalog.Errors);
        Assert.Contains(
            catalog.Errors,
            error => error.StartsWith("Runner:Executors:a:Command is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Configuration_MoreThanTheCoordinatorTakes_IsRefused()
    {
        (string, string)[] own = [.. Enumerable.Range(1, 63).Select(number => ($"agent-{number}:Command", "agent"))];

        Assert.Empty(Catalog(own).Errors);
        Assert.Equal(
            ["Runner:Executors has 65 that are enabled: a runner may have at most 64."],
            Catalog([.. own, ("command:Enabled", "true")]).Errors);
    }

    private static ExecutorCatalog Catalog(params (string Key, string Value)[] settings)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(
                one => KeyValuePair.Create($"Runner:Executors:{one.Key}", (string?)one.Value)))
            .Build();
        RunnerOptions options =
            configuration.GetSection(RunnerOptions.Section).Get<RunnerOptions>() ?? new RunnerOptions();
        return new ExecutorCatalog(options.Executors);
    }
}
