using Coordinator.Audit;
using Coordinator.Dispatch;
using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// What operations of one batch see and change: tracked entities of one transaction, and what is to be told to others
/// once it is committed.
/// </summary>
internal sealed class LedgerScope(LedgerConnection connection, DateTimeOffset now)
{
    private readonly LedgerRows _rows = new(connection);
    private readonly Dictionary<string, Session> _changed = [];
    private readonly HashSet<string> _created = [];
    private readonly HashSet<string> _deleted = [];
    private readonly Dictionary<string, List<Proto.SessionEvent>> _events = [];
    private readonly List<Action> _effects = [];
    private readonly List<SessionNews> _news = [];
    private readonly HashSet<string> _runners = [];
    private readonly Dictionary<string, int> _slots = [];
    private readonly HashSet<string> _withheld = [];
    private readonly List<RunMove> _moves = [];
    private int _flushed;

    public CoordinatorDbContext Db => connection.Db;

    /// <summary>The time of the batch.</summary>
    public DateTimeOffset Now => now;

    /// <summary>Counts what operations changed, so that a refusal can be told from a failure halfway.</summary>
    public int Changes { get; private set; }

    /// <summary>How many events were appended to timelines.</summary>
    public int Appended { get; private set; }

    /// <summary>Whether there is a run that may get a slot now.</summary>
    public bool WantsDispatch { get; private set; }

    /// <summary>How far its dispatch came; null if there was none.</summary>
    public DispatchPart? Dispatched { get; set; }

    /// <summary>What is to be done once the batch is committed, in order.</summary>
    public IReadOnlyList<Action> Effects => _effects;

    /// <summary>The sessions as they are after the commit, in order of revision. Known once the scope is sealed.</summary>
    public IReadOnlyList<SessionNews> News => _news;

    /// <summary>The sessions whose timelines grew or ended.</summary>
    public IEnumerable<string> Timelines => _events.Keys.Concat(_deleted);

    /// <summary>The runners of which something shown to operators changed.</summary>
    public IReadOnlyCollection<string> Runners => _runners;

    /// <summary>By how many runs more, or fewer, each runner holds since the batch began.</summary>
    public IReadOnlyDictionary<string, int> Slots => _slots;

    /// <summary>
    /// Runners that must not be given runs in this batch: it makes them drain, or replaces their connection and has compared
    /// already what they hold.
    /// </summary>
    public IReadOnlySet<string> Withheld => _withheld;

    /// <summary>How runs changed their status, in order.</summary>
    public IReadOnlyList<RunMove> Moves => _moves;

    /// <summary>The runs that the batch has looked at or changed.</summary>
    public IEnumerable<Run> Runs => _rows.Runs;

    /// <summary>Those that wait for a runner.</summary>
    public IEnumerable<Run> Waiting => _rows.Runs.Where(r => r.Status == RunStatus.Pending);

    public ValueTask<Run?> FindRunAsync(string runId) => _rows.FindRunAsync(runId);

    public ValueTask<RegisteredRunner?> FindRunnerAsync(string runnerId) => _rows.FindRunnerAsync(runnerId);

    /// <summary>The runs that a runner holds, or should, as of this moment of the batch; oldest first.</summary>
    public async ValueTask<IReadOnlyList<Run>> RunsOnAsync(string runnerId)
    {
        await foreach (Run stored in LedgerQueries.RunsOn(Db, runnerId))
            _rows.Know(stored);
        return [.. _rows.Runs.Where(r => r.RunnerId == runnerId && RunStatuses.OnRunner.Contains(r.Status)).OrderBy(r => r.RunId, StringComparer.Ordinal)];
    }

    /// <summary>The run that a request with this id made.</summary>
    public async ValueTask<Run?> FindRunOfRequestAsync(string requestId) =>
        _rows.Runs.FirstOrDefault(r => r.RequestId == requestId)
        ?? (await LedgerQueries.RunOfRequest(Db, requestId) is { } found ? _rows.Know(found) : null);

    public async ValueTask<Session?> FindSessionAsync(string sessionId) =>
        _deleted.Contains(sessionId) ? null : await _rows.FindSessionAsync(sessionId);

    /// <summary>The session of something that refers to it, so it must exist.</summary>
    public async ValueTask<Session> SessionOfAsync(Run run) =>
        await FindSessionAsync(run.SessionId) ?? throw new InvalidOperationException($"Run {run.RunId} has no session {run.SessionId}.");

    public async ValueTask<RunText> TextOfAsync(Run run) =>
        await _rows.FindTextAsync(run.RunId) ?? throw new InvalidOperationException($"Run {run.RunId} has no texts.");

    /// <inheritdoc cref="LedgerRows.Know(Run)"/>
    public Run Know(Run found) => _rows.Know(found);

    /// <inheritdoc cref="LedgerRows.Know(Run)"/>
    public Session Know(Session found) => _rows.Know(found);

    public void Add(Run run, string prompt)
    {
        Changes++;
        _rows.Add(run, prompt);
    }

    public void Add(Session session)
    {
        _rows.Add(session);
        _created.Add(session.SessionId);
        Changed(session);
    }

    public async ValueTask SetResultAsync(Run run, string result)
    {
        Changes++;
        RunText text = await TextOfAsync(run);
        text.Result = result;
        _rows.Changed(text);
    }

    /// <summary>No runner is connected any more.</summary>
    public async ValueTask DisconnectRunnersAsync()
    {
        await FlushAsync();
        await Db.Runners.ExecuteUpdateAsync(runner => runner.SetProperty(r => r.DisconnectTime, Now));
        _rows.ForgetRunners();
    }

    /// <summary>Remembers nothing of what was written: it has to be read again.</summary>
    public void Forget()
    {
        Db.ChangeTracker.Clear();
        _rows.Forget();
    }

    public void Changed(Session session)
    {
        Changes++;
        _rows.Changed(session);
        _changed[session.SessionId] = session;
    }

    public void Deleted(Session session)
    {
        Changes++;
        _changed.Remove(session.SessionId);
        _rows.Remove(session);
        _events.Remove(session.SessionId);
        _deleted.Add(session.SessionId);
    }

    public void Add(RegisteredRunner runner)
    {
        _rows.Add(runner);
        RunnerChanged(runner.RunnerId);
    }

    public void Changed(RegisteredRunner runner)
    {
        _rows.Changed(runner);
        RunnerChanged(runner.RunnerId);
    }

    public async ValueTask RemoveAsync(RegisteredRunner runner)
    {
        RunnerChanged(runner.RunnerId);
        await FlushAsync();
        await Db.Runners.Where(r => r.RunnerId == runner.RunnerId).ExecuteDeleteAsync();
        _rows.Remove(runner);
    }

    /// <summary>What is shown of a runner changed, though not in its own row.</summary>
    public void RunnerChanged(string runnerId)
    {
        Changes++;
        _runners.Add(runnerId);
    }

    public void Withhold(string runnerId) => _withheld.Add(runnerId);

    /// <summary>A runner was given a run, or is rid of one.</summary>
    public void SlotChanged(string runnerId, int by) => _slots[runnerId] = _slots.GetValueOrDefault(runnerId) + by;

    public async ValueTask<LedgerState> ChangeStateAsync()
    {
        Changes++;
        LedgerState state = await _rows.StateAsync();
        _rows.StateChanged();
        return state;
    }

    public void Moved(RunMove move)
    {
        Changes++;
        _moves.Add(move);
    }

    /// <summary>Appends to the record of who did what.</summary>
    public void Record(AuditEntry entry)
    {
        Changes++;
        entry.Time = now;
        _rows.Add(entry);
    }

    /// <summary>Writes what was changed so far, uncommitted, so that queries of this batch see it.</summary>
    public async ValueTask FlushAsync()
    {
        if (_flushed == Changes)
            return;
        await WriteAsync();
        _flushed = Changes;
    }

    /// <summary>Gives waiting runs to runners in the same transaction, after all operations of the batch.</summary>
    public void RequestDispatch()
    {
        Changes++;
        WantsDispatch = true;
    }

    public void AfterCommit(Action effect)
    {
        Changes++;
        _effects.Add(effect);
    }

    /// <summary>Appends an event to the session's timeline and numbers it.</summary>
    public void Append(Session session, string runId, Proto.SessionEvent what)
    {
        Changes++;
        Appended++;
        what.SessionId = session.SessionId;
        what.RunId = runId;
        what.Sequence = ++session.LastEventSequence;
        _rows.Changed(session);
        what.Time ??= Timestamp.FromDateTimeOffset(now);
        if (!_events.TryGetValue(session.SessionId, out List<Proto.SessionEvent>? events))
            _events.Add(session.SessionId, events = []);
        events.Add(what);
    }

    /// <summary>Gives revisions to what changed, writes the timelines, and everything else that was not written yet; called once, by the ledger, before the commit.</summary>
    public async ValueTask SealAsync()
    {
        foreach (EventChunk chunk in _events.SelectMany(one => EventChunk.Split(one.Key, one.Value)))
            _rows.Add(chunk);
        if (_changed.Count + _deleted.Count > 0)
            await ReviseAsync(await ChangeStateAsync());
        // Also if nothing was changed since the last flush: the timelines come only now.
        await WriteAsync();
    }

    private async ValueTask WriteAsync()
    {
        await _rows.WriteAsync();
        // Whatever else was changed is rare enough for the usual way.
        if (Db.ChangeTracker.HasChanges())
            await Db.SaveChangesAsync();
    }

    private async ValueTask ReviseAsync(LedgerState state)
    {
        state.SessionCount += _created.Count - _deleted.Count;
        foreach (Session session in _changed.Values)
        {
            session.Commit(++state.Revision, now);
            _rows.Changed(session);
            Run? run = session.RunId.Length == 0 ? null : await FindRunAsync(session.RunId);
            bool isNew = _created.Contains(session.SessionId);
            _news.Add(new SessionNews(session.SessionId, session.Revision, isNew, SessionMapping.ToProto(session, run)));
        }

        foreach (string sessionId in _deleted)
        {
            Db.DeletedSessions.Add(new DeletedSession { SessionId = sessionId, Revision = ++state.Revision });
            _news.Add(new SessionNews(sessionId, state.Revision, IsNew: false, Session: null));
        }
    }
}
