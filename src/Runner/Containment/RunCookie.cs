namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// Two environment variables that every process of a run inherits: a second net, for finding again what lost its
/// container. The runner's id is part of it so that two runners on one machine never take each other's runs for theirs.
/// </summary>
internal static class RunCookie
{
    public const string RunVariable = "COORDINATOR_RUN_ID";
    public const string RunnerVariable = "COORDINATOR_RUNNER_ID";

    /// <summary>The agent's whole environment as <c>NAME=value</c>, the cookie first.</summary>
    public static IReadOnlyList<string> Environment(AgentLaunch launch, string runnerId) =>
    [
        $"{RunVariable}={launch.RunId}",
        $"{RunnerVariable}={runnerId}",
        .. launch.Environment
            .Where(v => v.Key is not (RunVariable or RunnerVariable))
            .Select(v => $"{v.Key}={v.Value}"),
    ];
}
