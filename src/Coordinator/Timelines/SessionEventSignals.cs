using System.Collections.Concurrent;
using Coordinator.Storage;

namespace Coordinator.Timelines;

/// <summary>
/// Wakes those who follow a session's timeline. It carries no events: they read the database from where they are, so a
/// lost signal costs time and nothing else.
/// </summary>
internal sealed class SessionEventSignals : ICommitListener
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];

    /// <summary>Completes at the next commit that appends to the session. Ask first, then read, then wait.</summary>
    public Task Next(string sessionId) =>
        _waiting.GetOrAdd(sessionId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void OnCommitted(Committed committed)
    {
        foreach (string sessionId in committed.Timelines)
        {
            if (_waiting.TryRemove(sessionId, out TaskCompletionSource? waiting))
                waiting.SetResult();
        }
    }
}
