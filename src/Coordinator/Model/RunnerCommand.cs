namespace Coordinator.Model;

/// <summary>What a runner is to do, as it follows from a commit: data, so that whichever coordinator holds its connection can send it.</summary>
/// <param name="CommandId">Names the command in the runner's confirmation; a repeated command has an id of its own.</param>
internal abstract record RunnerCommand(string CommandId, string RunnerId) : RunnerMessage
{
    /// <summary>Starts the agent of a run that the runner was given.</summary>
    /// <param name="ExecutorSessionId">The conversation to go on with; empty for a new one.</param>
    /// <param name="UsageBefore">The conversation's totals as the runner told them; null if it told none.</param>
    internal sealed record StartRun(
        string CommandId,
        string RunnerId,
        RunClaim Claim,
        string SessionId,
        string Executor,
        string Prompt,
        string ProjectDir,
        string ExecutorSessionId,
        string AgentName,
        byte[]? UsageBefore) : RunnerCommand(CommandId, RunnerId);

    /// <summary>Stops a run, ahead of everything else that waits for the runner.</summary>
    /// <param name="OperationId">The operation that asked; empty where a stop is repeated.</param>
    internal sealed record StopRun(
        string CommandId, string RunnerId, RunClaim Claim, TimeSpan GracePeriod, bool Force, string OperationId = "") : RunnerCommand(CommandId, RunnerId)
    {
        /// <summary>The command that follows from a run that is stopping: the same each time but for its id.</summary>
        public static StopRun Of(Run run, string commandId, string operationId = "") =>
            new(commandId, run.RunnerId, RunClaim.Of(run), run.Stop!.GracePeriod, run.Stop.Force, operationId);
    }

    /// <summary>Takes no more runs, or takes them again.</summary>
    internal sealed record Drain(string CommandId, string RunnerId, bool Draining) : RunnerCommand(CommandId, RunnerId);
}
