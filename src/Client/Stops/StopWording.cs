using Coordinator.Client.Sessions;
using Coordinator.Client.Text;
using Grpc.Core;
using static Coordinator.Client.Sessions.SessionNames;

namespace Coordinator.Client.Stops;

/// <summary>Every sentence about a stop, in one place. None of them calls a stop done before it is proved.</summary>
public static class StopWording
{
    /// <summary>A stop that there was nothing for.</summary>
    public const string NothingToStop = "Nothing to stop: all of them had ended.";

    /// <summary>Beside the times of a stop whose <see cref="Proto.StopRecord.Clock"/> is <see cref="Proto.StopClock.Adjusted"/>.</summary>
    public const string ClocksDiffer = "The clocks of runner and coordinator differ by more than some of these steps took.";

    /// <summary>When a stop that is on its way has taken so long, what holds it up is said.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    /// <summary>For example "3 sessions".</summary>
    public static string Several(int count) => $"{count} sessions";

    /// <summary>While a stop of several sessions waits for its answer.</summary>
    public static string Asked(int count) => $"Stopping {Several(count)} …";

    /// <summary>The stop was taken; nothing has ended yet unless it never started.</summary>
    public static string Acknowledged(Proto.Session session, Proto.StopSessionResponse answer) => answer switch
    {
        { Delivery: Proto.StopDelivery.NotStarted } => $"{NameOf(session)} was removed from the queue. It never started.",
        { Delivery: Proto.StopDelivery.QueuedRunnerOffline } =>
            $"{RunnerOf(session)} is offline. The stop of {NameOf(session)} is stored and delivered on reconnect; the process may still be running.",
        { Delivery: Proto.StopDelivery.SentNotDurable } =>
            $"The stop of {NameOf(session)} was sent to {RunnerOf(session)}, but the coordinator can store nothing: free some space on its disk.",
        { AlreadyStopping: true } => $"{NameOf(session)} was already stopping. Waiting for {RunnerOf(session)}.",
        _ => $"Stop requested for {NameOf(session)}. Waiting for {RunnerOf(session)}.",
    };

    /// <summary>How a stop came out, once the session has ended.</summary>
    public static string Outcome(Proto.Session session)
    {
        Proto.StopRecord? stop = session.Stop;
        string name = NameOf(session);
        if (stop is null)
            return $"{name} has ended: {session.Status.Word()}.";
        return stop.Outcome switch
        {
            Proto.StopOutcome.Proved => $"{name} stopped in {Took(stop)} ({How(stop)}), nothing left running.",
            Proto.StopOutcome.NeverStarted => $"{name} was removed from the queue. It never started.",
            Proto.StopOutcome.TooLate => $"{name} had already ended by itself before the stop: {session.Status.Word()}.",
            Proto.StopOutcome.Unproved when session.Failure?.Reason == "CONTAINMENT_BROKEN" =>
                $"{name} was broken out of: all that was found of it has been ended, but something may be left. Check {RunnerOf(session)}.",
            Proto.StopOutcome.Unproved => $"{name}: the runner was lost before it could prove the end. Check {RunnerOf(session)}.",
            _ => $"{name} has ended: {session.Status.Word()}.",
        };
    }

    /// <summary>A stop that was refused or could not be asked for.</summary>
    public static string Refused(Proto.Session session, StatusCode code, string reason, string detail) => (code, reason) switch
    {
        (StatusCode.NotFound, _) => $"{NameOf(session)} no longer exists; somebody has deleted it.",
        (StatusCode.FailedPrecondition, "SESSION_NOT_RUNNING") => $"{NameOf(session)} is no longer running; there is nothing to stop.",
        (StatusCode.FailedPrecondition, "NO_ACTIVE_RUN") => $"{NameOf(session)} has no run; there is nothing to stop.",
        (StatusCode.PermissionDenied, _) => "You may view but not stop this session.",
        (StatusCode.Unauthenticated, _) => "You are signed out. Sign in again to stop this session.",
        _ => $"{NameOf(session)} was not stopped: {SafeText.Line(detail)}",
    };

    /// <summary>A stop of several sessions that was refused or could not be asked for.</summary>
    public static string Refused(int count, string detail) => $"{Several(count)} were not stopped: {detail}";

    /// <param name="what">What is being stopped, for example a session's name.</param>
    public static string Unconfirmed(string what) =>
        $"Not confirmed: the stop of {what} got no answer. Retrying; nothing is stopped twice.";

    /// <summary>How far a stop is, or how it came out.</summary>
    /// <param name="session">A session that has been stopped or is stopping.</param>
    /// <param name="stop">Its stop.</param>
    /// <param name="now">The time.</param>
    public static string Progress(Proto.Session session, Proto.StopRecord stop, DateTimeOffset now)
    {
        if (session.Status != Proto.SessionStatus.Stopping)
            return Outcome(session);
        TimeSpan since = now - stop.RequestedTime.ToDateTimeOffset();
        if (stop.ReceivedTime is null && since > Long)
        {
            return $"Stop requested {Durations.InWords(since)} ago; {RunnerOf(session)} has not received it yet. "
                + "It is stored and delivered as soon as the runner is there; the process may still be running.";
        }

        return stop.SignalledTime is { } signalled && since > Long
            ? Slow(stop, signalled.ToDateTimeOffset(), now)
            : $"Stopping for {Durations.InWords(since)}: {StopSteps.Phase(stop)}.";
    }

    /// <summary>What shows that nothing is left of a stopped run.</summary>
    /// <param name="stop">A stop that is over.</param>
    /// <param name="names">The names of the first processes that were ended.</param>
    public static string Proof(Proto.StopRecord stop, IReadOnlyList<string> names)
    {
        string agent = stop.Signal.Length > 0 ? $"The agent was ended by {stop.Signal}" : stop.HasExitCode ? $"The agent exited with code {stop.ExitCode}" : "The agent has ended";
        string which = names.Count > 0 ? $" ({EndedWords.Names(stop.ProcessesEnded, names)})" : "";
        return $"{agent}; {stop.ProcessesEnded} {(stop.ProcessesEnded == 1 ? "process" : "processes")} ended{which}, 0 left.";
    }

    private static string Slow(Proto.StopRecord stop, DateTimeOffset signalled, DateTimeOffset now)
    {
        if (stop.KilledTime is { } killed)
            return $"No exit {Durations.InWords(now - killed.ToDateTimeOffset())} after SIGKILL.";
        TimeSpan since = now - signalled;
        return $"Still stopping after {Durations.InWords(since)}; SIGKILL in {Durations.InWords(stop.GracePeriod.ToTimeSpan() - since)}.";
    }

    private static string Took(Proto.StopRecord stop) => StopSteps.Total(stop) is { } total ? Durations.Exactly(total) : "no time";

    private static string How(Proto.StopRecord stop) => stop switch
    {
        { Force: true, KilledTime: not null } => "SIGKILL, forced",
        { Escalated: true } => "SIGKILL after the grace period",
        _ => "SIGTERM",
    };
}
