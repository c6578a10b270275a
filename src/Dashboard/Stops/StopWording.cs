using Coordinator.Client.Sessions;
using Coordinator.Client.Text;
using Grpc.Core;
using static Coordinator.Client.Sessions.SessionNames;

namespace Coordinator.Dashboard.Stops;

/// <summary>Every sentence about a stop, in one place. None of them calls a stop done before it is proved.</summary>
internal static class StopWording
{
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

    public static string Unconfirmed(string what) =>
        $"Not confirmed: the stop of {what} got no answer. Retrying; nothing is stopped twice.";

    public static string Slow(Proto.StopRecord stop, TimeSpan since, TimeSpan untilKill) => stop.KilledTime is null
        ? $"Still stopping after {Durations.InWords(since)}; SIGKILL in {Durations.InWords(untilKill)}."
        : $"No exit {Durations.InWords(since)} after SIGKILL.";

    private static string Took(Proto.StopRecord stop) => StopSteps.Total(stop) is { } total ? Durations.Exactly(total) : "no time";

    private static string How(Proto.StopRecord stop) => stop switch
    {
        { Force: true, KilledTime: not null } => "SIGKILL, forced",
        { Escalated: true } => "SIGKILL after the grace period",
        _ => "SIGTERM",
    };
}
