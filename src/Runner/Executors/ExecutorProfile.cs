namespace Coordinator.AgentRunner.Executors;

/// <summary>How one kind of agent is launched. Immutable.</summary>
internal sealed record ExecutorProfile
{
    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    public required string Command { get; init; }

    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Null means that <see cref="Args"/> serve a continued conversation too.</summary>
    public IReadOnlyList<string>? ResumeArgs { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public PromptVia PromptVia { get; init; } = PromptVia.Argument;

    public OutputFormat Output { get; init; } = OutputFormat.Lines;

    public SoftStop SoftStop { get; init; } = SoftStop.None;

    /// <summary>What the program belongs to, for the sentence that says it is missing; empty if there is nothing to say.</summary>
    public string ProductName { get; init; } = "";

    /// <summary>A shell command that installs the program; empty if none is known.</summary>
    public string InstallCommand { get; init; } = "";

    public IReadOnlyList<string> ArgumentsFor(string executorSessionId) =>
        executorSessionId.Length > 0 && ResumeArgs is not null ? ResumeArgs : Args;

    /// <param name="usageBefore">The totals that the conversation had before; null if none are known.</param>
    public IOutputParser NewParser(Proto.Usage? usageBefore) => Output switch
    {
        OutputFormat.Lines => new LineParser(Proto.OutputStream.Stdout),
        OutputFormat.ClaudeStreamJson => new ClaudeStreamParser(usageBefore),
    };
}
