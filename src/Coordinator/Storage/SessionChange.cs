using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>A committed change of a session, shared by all watchers; nothing of it is modified any more.</summary>
/// <param name="view">The session after the change with its newest run; null if it was deleted.</param>
internal sealed class SessionChange(string sessionId, long revision, bool isNew, SessionView? view)
{
    private object? _rendering;

    public string SessionId => sessionId;

    public long Revision => revision;

    public bool IsNew => isNew;

    public SessionView? View => view;

    /// <summary>What a façade makes of the session for its callers: made once, by whoever asks first, for all watchers.</summary>
    /// <param name="render">Always the same function: two that ask at once get what the one or the other made.</param>
    public T Render<T>(Func<SessionView, T> render)
        where T : class => (T)(_rendering ??= render(view ?? throw new InvalidOperationException($"Session {sessionId} was deleted.")));

    /// <summary>The same for a watcher that has not seen the session before.</summary>
    public SessionChange AsNew() => isNew ? this : new SessionChange(sessionId, revision, isNew: true, view) { _rendering = _rendering };
}
