namespace Coordinator.Model;

/// <summary>Why a run failed: a stable reason and words for a person.</summary>
internal sealed record RunFailure(string Reason, string Message)
{
    /// <summary>The reason of runs that were given up with their runner.</summary>
    public const string Lost = "RUNNER_LOST";

    public static RunFailure ExitCode(int code, LastWords said) =>
        new("EXIT_CODE", said.After($"The agent exited with code {code}."));

    public static RunFailure AgentError(LastWords said) =>
        new("AGENT_ERROR", said.Error.Length == 0 ? said.After("The agent reported an error.") : said.Error);

    public static RunFailure KilledBySignal(string signal, LastWords said) =>
        new("KILLED_BY_SIGNAL", said.After($"Something other than a stop of Coordinator ended the agent with {signal}."));

    public static RunFailure UnknownEnd() =>
        new("EXIT_UNKNOWN", "The agent ended, but its exit status was lost with the process that supervised it.");

    public static RunFailure StartFailed(string message) => new("START_FAILED", message);

    public static RunFailure NoMatchingRunner(string detail) =>
        new("NO_MATCHING_RUNNER", $"{detail} Connect a runner that matches and start the session again.");

    public static RunFailure QueueTimeout(TimeSpan waited) =>
        new("QUEUE_TIMEOUT", $"Every matching runner was busy for {waited.TotalSeconds:0} s. Add runners or raise queue_timeout.");

    public static RunFailure RunnerLost(string runnerId, TimeSpan after) =>
        new(Lost, $"Runner {runnerId} has not been heard of for {after.TotalSeconds:0} s. The agent may still be running there; it is ended if the runner comes back.");

    public static RunFailure RunForgotten(string runnerId) =>
        new(Lost, $"Runner {runnerId} is connected but no longer knows the run.");

    public static RunFailure RunnerRestarted(string runnerId) =>
        new("RUNNER_RESTARTED", $"Runner {runnerId} restarted while it had the run, and ended what was left of it.");

    public static RunFailure ContainmentBroken(string message) => new("CONTAINMENT_BROKEN", message);
}
