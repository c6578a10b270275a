namespace Coordinator.Client.Stops;

/// <summary>What a person is told before a stop is asked for: what it will do.</summary>
public static class StopQuestions
{
    /// <summary>A session whose agent has not started.</summary>
    public const string Waiting = "It has not started; it will be removed from the queue.";

    /// <summary>A stop by force.</summary>
    public const string Kill = "SIGKILL to every process of the run, at once and without cleanup. Unsaved work is lost.";

    /// <param name="grace">Between SIGTERM and SIGKILL, in whole seconds.</param>
    public static string One(TimeSpan grace) =>
        $"The runner sends SIGTERM to every process of the run now, and SIGKILL {After(grace)} if anything is still alive. Unsaved work may be lost.";

    /// <param name="count">How many sessions, at least 1.</param>
    /// <param name="grace">Between SIGTERM and SIGKILL, in whole seconds.</param>
    public static string Several(int count, TimeSpan grace) =>
        $"The runners send SIGTERM to every process of {count} {(count == 1 ? "session" : "sessions")} now, and SIGKILL {After(grace)} to what is still alive. Unsaved work may be lost.";

    /// <summary>For example "at once" or "after 10 s".</summary>
    private static string After(TimeSpan grace) => grace == TimeSpan.Zero ? "at once" : $"after {grace.TotalSeconds:0} s";
}
