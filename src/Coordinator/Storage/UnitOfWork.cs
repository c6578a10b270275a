using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// What operations of one batch see and change: the rows of one transaction, and what follows from them once it is committed, as
/// data (<see cref="Committed"/>).
/// </summary>
internal sealed class UnitOfWork(LedgerConnection connection, DateTimeOffset now)
{
    private readonly LoadedRows _rows = new(connection);
    private readonly Dictionary<string, Session> _changed = [];
    private readonly HashSet<string> _created = [];
    private readonly HashSet<string> _deleted = [];
    private readonly Dictionary<string, List<Proto.SessionEvent>> _events = [];
    private readonly List<SessionChange> _sessionChanges = [];
    private readonly HashSet<string> _runners = [];
    private readonly List<RunTransition> _transitions = [];
    private readonly List<ConnectionChange> _connections = [];
    private readonly List<RunnerCommand> _commands = [];
    private int _flushed;

    public CoordinatorDbContext Db => connection.Db;

    /// <summary>The time of the batch.</summary>
    public DateTimeOffset Now => now;

    /// <summary>Counts what operations changed, so that a refusal can be told from a failure halfway.</summary>
    public int Changes { get; private set; }

    /// <summary>How many events were appended to timelines.</summary>
    public int Appended { get; private set; }

    /// <summary>The events that runs took in so far, in order.</summary>
    public IReadOnlyList<RunTransition> Transitions => _transitions;

    /// <summary>What changed so far about the connections of runners, in order.</summary>
    public IReadOnlyList<ConnectionChange> Connections => _connections;

    /// <summary>What the dispatch of the transaction looked at; null if there was none.</summary>
    public DispatchOutcome? Dispatched { get; set; }

    /// <summary>Those that wait for a runner.</summary>
    public IEnumerable<Run> Waiting => _rows.Runs.Where(r => r.Status == RunStatus.Pending);

    public ValueTask<Run?> FindRunAsync(string runId) => _rows.FindRunAsync(runId);

    public ValueTask<RegisteredRunner?> FindRunnerAsync(string runnerId) => _rows.FindRunnerAsync(runnerId);

    /// <summary>The runs that a runner holds, or should, as of this moment of the batch; oldest first.</summary>
    public async ValueTask<IReadOnlyList<Run>> RunsOnAsync(string runnerId)
    {
        await foreach (Run stored in LedgerQueries.RunsOn(Db, runnerId))
            _rows.Track(stored);
        return [.. _rows.Runs.Where(r => r.RunnerId == runnerId && RunStatuses.OnRunner.Contains(r.Status)).OrderBy(r => r.RunId, StringComparer.Ordinal)];
    }

    /// <summary>The run that a request with this id made.</summary>
    public async ValueTask<Run?> FindRunOfRequestAsync(string requestId) =>
        _rows.Runs.FirstOrDefault(r => r.RequestId == requestId)
        ?? (await LedgerQueries.RunOfRequest(Db, requestId) is { } found ? _rows.Track(found) : null);

    public async ValueTask<Session?> FindSessionAsync(string sessionId) =>
        _deleted.Contains(sessionId) ? null : await _rows.FindSessionAsync(sessionId);

    /// <summary>The session of something that refers to it, so it must exist.</summary>
    public async ValueTask<Session> SessionOfAsync(Run run) =>
        await FindSessionAsync(run.SessionId) ?? throw new InvalidOperationException($"Run {run.RunId} has no session {run.SessionId}.");

    public async ValueTask<RunText> TextOfAsync(Run run) =>
        await _rows.FindTextAsync(run.RunId) ?? throw new InvalidOperationException($"Run {run.RunId} has no texts.");

    /// <inheritdoc cref="LoadedRows.Track(Run)"/>
    public Run Track(Run found) => _rows.Track(found);

    /// <inheritdoc cref="LoadedRows.Track(Run)"/>
    public Session Track(Session found) => _rows.Track(found);

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

    /// <summary>None of the connections that a coordinator held stands any more.</summary>
    public async ValueTask DisconnectRunnersOfAsync(string coordinatorId)
    {
        Changes++;
        await FlushAsync();
        // Rows from before owners were kept name none; they are this coordinator's, which was the only one.
        await Db.Runners.Where(r => r.DisconnectTime == null && (r.CoordinatorId == coordinatorId || r.CoordinatorId == ""))
            .ExecuteUpdateAsync(runner => runner.SetProperty(r => r.DisconnectTime, Now));
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

    public async ValueTask<LedgerState> ChangeStateAsync()
    {
        Changes++;
        LedgerState state = await _rows.StateAsync();
        _rows.StateChanged();
        return state;
    }

    /// <summary>A run took in an event.</summary>
    public void Add(RunTransition transition)
    {
        Changes++;
        _transitions.Add(transition);
    }

    /// <summary>The connection of a runner changed.</summary>
    public void Add(ConnectionChange change)
    {
        Changes++;
        _connections.Add(change);
    }

    /// <summary>Has a command sent after the commit.</summary>
    public void Send(RunnerCommand command)
    {
        Changes++;
        _commands.Add(command);
    }

    /// <summary>Appends to the audit log.</summary>
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

    /// <summary>
    /// Assigns revisions to what changed, writes the timelines, and everything else that was not written yet; called once, by the
    /// ledger, before the commit.
    /// </summary>
    /// <returns>What the commit changes.</returns>
    public async ValueTask<Committed> FlushForCommitAsync()
    {
        foreach (EventChunk chunk in _events.SelectMany(one => EventChunk.Split(one.Key, one.Value)))
            _rows.Add(chunk);
        if (_changed.Count + _deleted.Count > 0)
            await AssignRevisionsAsync(await ChangeStateAsync());
        IReadOnlyList<Run> runs = _rows.ChangedRuns;
        // Also if nothing was changed since the last flush: the timelines come only now.
        await WriteAsync();
        return new Committed
        {
            Time = now,
            Sessions = _sessionChanges,
            Timelines = _events.Count + _deleted.Count == 0 ? [] : [.. _events.Keys, .. _deleted],
            Runners = _runners,
            Runs = runs,
            Transitions = _transitions,
            Connections = _connections,
            Commands = _commands,
            Dispatched = Dispatched,
        };
    }

    private async ValueTask WriteAsync()
    {
        await _rows.WriteAsync();
        // Whatever else was changed is rare enough for the usual way.
        if (Db.ChangeTracker.HasChanges())
            await Db.SaveChangesAsync();
    }

    private async ValueTask AssignRevisionsAsync(LedgerState state)
    {
        state.SessionCount += _created.Count - _deleted.Count;
        foreach (Session session in _changed.Values)
        {
            session.Commit(++state.Revision, now);
            _rows.Changed(session);
            Run? run = session.RunId.Length == 0 ? null : await FindRunAsync(session.RunId);
            _sessionChanges.Add(new SessionChange(
                session.SessionId, session.Revision, _created.Contains(session.SessionId), new SessionView { Session = session, Run = run }));
        }

        foreach (string sessionId in _deleted)
        {
            Db.DeletedSessions.Add(new DeletedSession { SessionId = sessionId, Revision = ++state.Revision });
            _sessionChanges.Add(new SessionChange(sessionId, state.Revision, isNew: false, view: null));
        }
    }
}
