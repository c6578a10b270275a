using System.Collections.Concurrent;

namespace Coordinator.Sessions;

/// <summary>
/// Wakes those who follow a session's timeline. It carries no events: they read the database from where they are, so a
/// lost signal costs time and nothing else.
/// </summary>
internal sealed class SessionEventSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];

    /// <summary>Completes at the next commit that appends to the session. Ask first, then read, then wait.</summary>
    public Task Next(string sessionId) =>
        _waiting.GetOrAdd(sessionId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Raise(IEnumerable<string> sessionIds)
    {
        foreach (string sessionId in sessionIds)
        {
            if (_waiting.TryRemove(sessionId, out TaskCompletionSource? waiting))
                waiting.SetResult();
        }
    }
}
