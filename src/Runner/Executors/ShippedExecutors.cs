namespace Coordinator.AgentRunner.Executors;

/// <summary>The profiles that come with the runner.</summary>
internal static class ShippedExecutors
{
    public static IReadOnlyList<ExecutorProfile> All { get; } =
    [
        new ExecutorProfile
        {
            Name = "claude-code",
            Command = "claude",
            Args = ["-p", "--output-format", "stream-json", "--verbose"],
            ResumeArgs = ["-p", "--output-format", "stream-json", "--verbose", "--resume", "{executor_session_id}"],
            PromptVia = PromptVia.Stdin,
            Output = OutputFormat.ClaudeStreamJson,
            ProductName = "Claude Code",
            InstallCommand = "npm install -g @anthropic-ai/claude-code",
        },

        // Lets whoever may start sessions run anything on this machine, so nobody gets it without asking for it.
        new ExecutorProfile
        {
            Name = "command",
            Enabled = false,

            // A prompt that begins with a dash is a prompt and no option.
            Command = OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh",
            Args = OperatingSystem.IsWindows() ? ["/c", "{prompt}"] : ["-c", "--", "{prompt}"],
        },
    ];
}
