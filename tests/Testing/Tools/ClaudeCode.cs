namespace Coordinator.Testing.Tools;

/// <summary>
/// The real Claude Code command line, set up so that it knows no host but the stand-in, keeps to a directory of the test,
/// and may run shell commands without asking.
/// </summary>
public sealed class ClaudeCode
{
    private ClaudeCode(string path, IReadOnlyDictionary<string, string> environment)
    {
        Path = path;
        Environment = environment;
    }

    /// <summary>The program.</summary>
    public string Path { get; }

    /// <summary>The whole environment it needs; nothing of the test's own is to be inherited besides.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>
    /// Arguments for one turn: the prompt comes on standard input, the answer as one JSON document per line.
    /// </summary>
    public static IReadOnlyList<string> Arguments(string? resume = null) =>
    [
        "-p", "--output-format", "stream-json", "--verbose",
        .. resume is null ? Array.Empty<string>() : ["--resume", resume],
    ];

    /// <summary>Sets it up below the test's directory. Skips the test where Claude Code is not installed.</summary>
    /// <param name="files">The test's directory; the agent's home is in it.</param>
    /// <param name="model">The address of a <see cref="Model.ModelStandIn"/>.</param>
    public static ClaudeCode Prepare(TestFiles files, Uri model)
    {
        var path = RequiredTool.ClaudeCode.Path;
        var home = files.CreateDirectory("claude-home");
        var configuration = files.CreateDirectory("claude-home", ".claude");
        // In place of --dangerously-skip-permissions, so that the arguments are those that users have.
        files.Write(System.IO.Path.Combine(configuration, "settings.json"), """{"permissions":{"allow":["Bash"]}}""");
        return new ClaudeCode(path, new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = home,
            ["CLAUDE_CONFIG_DIR"] = configuration,
            ["TMPDIR"] = files.CreateDirectory("claude-tmp"),
            ["SHELL"] = "/bin/bash",
            ["ANTHROPIC_BASE_URL"] = model.GetLeftPart(UriPartial.Authority),
            ["ANTHROPIC_API_KEY"] = "sk-ant-test-key-of-nobody",
            // For a test that does pass --dangerously-skip-permissions: root may do so only where this is set.
            ["IS_SANDBOX"] = "1",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["DISABLE_TELEMETRY"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
            ["DISABLE_AUTOUPDATER"] = "1",
        });
    }

    /// <summary>
    /// Settings for a runner that make an executor start this installation in this environment; its arguments stay those
    /// of the shipped profile.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> AsExecutor(string name = "claude-code")
    {
        var section = $"Runner__Executors__{name}__";
        yield return new($"{section}Command", Path);
        foreach (var (variable, value) in Environment)
            yield return new($"{section}Environment__{variable}", value);
    }
}
