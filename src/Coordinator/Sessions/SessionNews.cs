namespace Coordinator.Sessions;

/// <summary>A committed change of a session, shared by all watchers; never modified.</summary>
/// <param name="Session">The session after the change; null if it was deleted.</param>
internal sealed record SessionNews(string SessionId, long Revision, bool IsNew, Proto.Session? Session);
