using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Shell;

namespace Coordinator.Dashboard.Stops;

/// <summary>
/// Tells the person how the stops of this tab came out, as the watch reports it: a stop is only called done when its
/// session has ended.
/// </summary>
internal sealed class StopOutcomes : IDisposable
{
    private readonly SessionsStore _store;
    private readonly Announcements _announcements;
    private readonly Dictionary<string, Batch> _batches = [];

    public StopOutcomes(SessionsStore store, Announcements announcements)
    {
        (_store, _announcements) = (store, announcements);
        store.SessionChanged += Note;
    }

    /// <param name="key">The announcement that the outcome takes the place of.</param>
    /// <param name="sessionIds">The sessions whose end is awaited; some may have ended by now.</param>
    public void Expect(string key, IReadOnlyList<string> sessionIds)
    {
        Batch batch = new(sessionIds);
        _batches[key] = batch;
        foreach (string id in sessionIds)
        {
            if (_store.State.Find(id) is { } session && !session.Status.IsActive())
                batch.Ended(session);
        }

        Tell(key, batch);
    }

    public void Dispose() => _store.SessionChanged -= Note;

    private void Note(Proto.Session? before, Proto.Session session)
    {
        if (session.Status.IsActive())
            return;
        foreach (var (key, batch) in _batches.Where(b => b.Value.Awaits(session.SessionId)).ToList())
        {
            batch.Ended(session);
            Tell(key, batch);
        }
    }

    private void Tell(string key, Batch batch)
    {
        if (batch.Total > 1 || batch.IsOver)
            _announcements.Say(key, batch.Tone, batch.Text, stays: !batch.IsOver);
        if (batch.IsOver)
            _batches.Remove(key);
    }

    /// <summary>The sessions of one request.</summary>
    private sealed class Batch(IReadOnlyList<string> sessionIds)
    {
        private readonly HashSet<string> _awaited = [.. sessionIds];
        private readonly List<Proto.Session> _ended = [];

        public int Total { get; } = sessionIds.Count;

        public bool IsOver => _awaited.Count == 0;

        public Tone Tone => !IsOver ? Tone.Note : Unproved > 0 ? Tone.Warning : Tone.Success;

        public string Text => this switch
        {
            { IsOver: false } => $"Stopping {Total} sessions: {_ended.Count} ended, {_awaited.Count} to go.",
            { Total: 1 } => StopWording.Outcome(_ended[0]),
            { Unproved: > 0 } => $"{Total} sessions have ended; for {Unproved} of them that is not proved.",
            _ => $"All {Total} sessions have ended, nothing left running.",
        };

        private int Unproved => _ended.Count(s => s.Stop is { Outcome: Proto.StopOutcome.Unproved });

        public bool Awaits(string sessionId) => _awaited.Contains(sessionId);

        public void Ended(Proto.Session session)
        {
            if (_awaited.Remove(session.SessionId))
                _ended.Add(session);
        }
    }
}
