using Coordinator.Model;

namespace Coordinator.Dispatch;

/// <summary>Why a run is still waiting, in words for a person.</summary>
internal static class PendingReasons
{
    public const string Busy = "Every matching runner is busy.";

    public const string Draining = "Every matching runner is draining.";

    public static string NoExecutor(string executor) => $"No connected runner has the executor '{executor}'.";

    public static string NoMatch(Demand demand) => $"No connected runner with the executor '{demand.Executor}' has {Describe(demand.Runner)}.";

    /// <summary>Runners have it and fit, and none can start it.</summary>
    public static string CannotStart(ExecutorInfo executor)
    {
        string install = executor.InstallCommand.Length > 0 ? $"To install it: {executor.InstallCommand}" : "";
        string[] sentences =
        [
            $"No matching runner can start the executor '{executor.Name}'.", executor.UnavailableReason, executor.Remedy, install,
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    /// <summary>Whether the run waits because of what the fleet is, not because it is busy.</summary>
    public static bool IsMismatch(string reason) => reason is not (Busy or Draining or "");

    private static string Describe(RunDemands demands)
    {
        List<string> parts = [];
        if (demands.RunnerId.Length > 0)
            parts.Add($"the id {demands.RunnerId}");
        if (demands.Hostname.Length > 0)
            parts.Add($"the host name '{demands.Hostname}'");
        if (demands.Tags.Length > 0)
            parts.Add($"the tags {string.Join(", ", demands.Tags.Select(t => $"'{t}'"))}");
        return string.Join(" and ", parts);
    }
}
