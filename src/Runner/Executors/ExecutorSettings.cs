namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// One section <c>Runner:Executors:&lt;name&gt;</c>. What is not given keeps the value of the shipped profile of that
/// name, or the default; a list that is given replaces the shipped list.
/// </summary>
internal sealed class ExecutorSettings
{
    /// <summary>
    /// Whether sessions may use the profile. Default: true, except for the shipped profile "command".
    /// </summary>
    public bool? Enabled { get; set; }

    /// <summary>The program: a path, or a name that is looked up in the agent's PATH. Required.</summary>
    public string? Command { get; set; }

    /// <summary>
    /// Its arguments; <c>{prompt}</c>, <c>{session_id}</c>, <c>{run_id}</c>, <c>{agent_name}</c> and
    /// <c>{executor_session_id}</c> are filled in. A value that begins an argument with a dash is refused, unless <c>--</c>
    /// stands before it: <c>"--", "{prompt}"</c> and <c>"--task={prompt}"</c> take every prompt.
    /// </summary>
    public IReadOnlyList<string>? Args { get; set; }

    /// <summary>The arguments instead of <see cref="Args"/> when the agent continues a conversation.</summary>
    public IReadOnlyList<string>? ResumeArgs { get; set; }

    /// <summary>Added to the agent's environment.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>"argument" (default) or "stdin".</summary>
    public string? PromptVia { get; set; }

    /// <summary>"lines" (default) or "claude-stream-json".</summary>
    public string? Output { get; set; }

    /// <summary>"none" (default) or "interrupt".</summary>
    public string? SoftStop { get; set; }
}
