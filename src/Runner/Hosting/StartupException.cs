namespace Coordinator.AgentRunner.Hosting;

/// <summary>The runner cannot start. Each message is a sentence that says what to do.</summary>
internal sealed class StartupException(int exitCode, IReadOnlyList<string> messages)
    : Exception(string.Join(Environment.NewLine, messages))
{
    /// <summary>Something about the machine.</summary>
    public const int CannotRun = 1;

    /// <summary>Something about the settings.</summary>
    public const int WrongUsage = 2;

    public int ExitCode => exitCode;

    public IReadOnlyList<string> Messages => messages;
}
