using Coordinator.Client.Sessions;

namespace Coordinator.Dashboard.Stops;

/// <summary>Opens the one stop dialog of the page. Nothing is stopped without it.</summary>
internal sealed class StopPrompt(SessionsStore store)
{
    public event Action<StopChoice>? Asked;

    public void Ask(StopChoice choice) => Asked?.Invoke(choice);

    /// <summary>Asks about one session: to stop it, or to kill it if it is stopping. Nothing if it has ended.</summary>
    public void Ask(string sessionId)
    {
        if (store.State.Find(sessionId) is { } session && session.Status.IsActive())
            Ask(new StopChoice.One(session, SessionFamily.ActiveDescendantsOf(sessionId, store.State), Kill: !session.Status.CanStop()));
    }
}
