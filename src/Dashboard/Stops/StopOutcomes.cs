using Coordinator.Client.Sessions;
using Coordinator.Client.Stops;
using Coordinator.Dashboard.Messages;

namespace Coordinator.Dashboard.Stops;

/// <summary>Tells the person how the stops of this tab came out, as the watch reports it.</summary>
internal sealed class StopOutcomes : IDisposable
{
    private readonly SessionsStore _store;
    private readonly Announcements _announcements;
    private readonly Dictionary<string, StopBatch> _batches = [];

    public StopOutcomes(SessionsStore store, Announcements announcements)
    {
        (_store, _announcements) = (store, announcements);
        store.SessionChanged += Note;
    }

    /// <param name="key">The announcement that the outcome takes the place of.</param>
    /// <param name="sessionIds">The sessions whose end is awaited; some may have ended by now.</param>
    public void Expect(string key, IReadOnlyList<string> sessionIds)
    {
        StopBatch batch = new(sessionIds);
        _batches[key] = batch;
        foreach (string id in sessionIds)
        {
            if (_store.State.Find(id) is { } session)
                batch.Take(session);
        }

        Tell(key, batch);
    }

    public void Dispose() => _store.SessionChanged -= Note;

    private void Note(Proto.Session? before, Proto.Session session)
    {
        foreach (var (key, batch) in _batches.ToList())
        {
            if (batch.Take(session))
                Tell(key, batch);
        }
    }

    private void Tell(string key, StopBatch batch)
    {
        if (batch.Total > 1 || batch.IsOver)
            _announcements.Say(key, ToneOf(batch), batch.Text, stays: !batch.IsOver);
        if (batch.IsOver)
            _batches.Remove(key);
    }

    private static Tone ToneOf(StopBatch batch) => batch switch
    {
        { IsOver: false } => Tone.Note,
        { IsDoubtful: true } => Tone.Warning,
        _ => Tone.Success,
    };
}
