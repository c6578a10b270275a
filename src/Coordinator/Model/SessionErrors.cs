using System.Collections.Immutable;

namespace Coordinator.Model;

/// <summary>Refusals that depend on what a session is doing; each names it, its status and since when.</summary>
internal static class SessionErrors
{
    public static CoordinatorException Active(Session session, string what) =>
        new(ErrorKind.FailedPrecondition, Reasons.SessionActive, $"Session {session.SessionId} is {Name(session)} and {what}.")
        {
            Metadata = Facts(session),
        };

    public static CoordinatorException ParentStopping(Session ancestor) =>
        new(ErrorKind.FailedPrecondition, Reasons.ParentStopping,
            $"Session {ancestor.SessionId} is being stopped with everything that was started under it, so nothing can be started there. Wait until it has ended, or start without this parent.")
        {
            Metadata = Facts(ancestor),
        };

    public static CoordinatorException NotRunning(Session session, Run run) =>
        new(ErrorKind.FailedPrecondition, Reasons.SessionNotRunning,
            session.RunId == run.RunId
                ? $"Session {session.SessionId} is not running: it is {Name(session)} since {run.EndTime:yyyy-MM-dd HH:mm:ss} UTC. There is nothing to stop."
                : $"Run {run.RunId} is not running: it is {run.Status.ToString().ToUpperInvariant()} since {run.EndTime:yyyy-MM-dd HH:mm:ss} UTC. There is nothing to stop.")
        {
            Metadata = Facts(session).Add("run_id", run.RunId),
        };

    public static CoordinatorException NoActiveRun(Session session) =>
        new(ErrorKind.FailedPrecondition, Reasons.NoActiveRun, $"Session {session.SessionId} never had a run. There is nothing to stop.")
        {
            Metadata = Facts(session),
        };

    private static string Name(Session session) => session.Status.ToString().ToUpperInvariant();

    private static ImmutableDictionary<string, string> Facts(Session session) => ImmutableDictionary<string, string>.Empty
        .Add("session_id", session.SessionId)
        .Add("status", Name(session));
}
