using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Storage;

/// <summary>
/// What operations of one batch see and change, in memory: entities that were read, and what follows from their changes once these are
/// committed, as data (<see cref="Committed"/>).
/// </summary>
internal sealed class UnitOfWork
{
    private readonly LoadedRows _rows;
    private readonly Dictionary<string, Session> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _created = [];
    private readonly List<RowGuard> _deletedSessions = [];
    private readonly List<RowGuard> _deletedRunners = [];
    private readonly Dictionary<string, List<Proto.SessionEvent>> _events = [];
    private readonly Dictionary<string, string> _results = [];
    private readonly List<AuditEntry> _audit = [];
    private readonly HashSet<string> _runners = [];
    private readonly List<RunTransition> _transitions = [];
    private readonly List<ConnectionChange> _connections = [];
    private readonly List<RunnerCommand> _commands = [];
    private bool _isStateChanged;
    private long _forgotten;

    private UnitOfWork(LoadedRows rows, DateTimeOffset now) => (_rows, Now) = (rows, now);

    /// <summary>The time of the batch, by the store's clock.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Counts what operations changed, so that a refusal can be told from a failure halfway; about as many rows are written.</summary>
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

    /// <summary>Begins with what the operations of a batch say that they need.</summary>
    public static async ValueTask<UnitOfWork> BeginAsync(ILedgerStore store, IEnumerable<LedgerKey> keys)
    {
        LoadedRows rows = new(store);
        DateTimeOffset? now = await rows.LoadAsync(keys, always: true);
        return new UnitOfWork(rows, now!.Value);
    }

    /// <summary>Reads at once what would otherwise be read one by one.</summary>
    public async ValueTask LoadAsync(IEnumerable<LedgerKey> keys) => await _rows.LoadAsync(keys);

    private ValueTask LoadAsync(LedgerKey key) => _rows.Knows(key) ? ValueTask.CompletedTask : LoadAsync([key]);

    /// <summary>A run that was read before, or made; null if nobody has asked for it yet.</summary>
    public Run? Known(string runId) => _rows.Run(runId);

    public async ValueTask<Run?> FindRunAsync(string runId)
    {
        await LoadAsync(LedgerKey.Run(runId));
        return _rows.Run(runId);
    }

    public async ValueTask<RegisteredRunner?> FindRunnerAsync(string runnerId)
    {
        await LoadAsync(LedgerKey.Runner(runnerId));
        return _rows.Runner(runnerId);
    }

    /// <summary>The runs that a runner holds, or should, as of this moment of the batch; oldest first.</summary>
    public async ValueTask<IReadOnlyList<Run>> RunsOnAsync(string runnerId)
    {
        await LoadAsync(LedgerKey.RunsOn(runnerId));
        return [.. _rows.Runs.Where(r => r.RunnerId == runnerId && RunStatuses.OnRunner.Contains(r.Status)).OrderBy(r => r.RunId, StringComparer.Ordinal)];
    }

    /// <summary>The run that a request with this id made.</summary>
    public async ValueTask<Run?> FindRunOfRequestAsync(string requestId)
    {
        await LoadAsync(LedgerKey.Request(requestId));
        return _rows.RunOfRequest(requestId);
    }

    public async ValueTask<Session?> FindSessionAsync(string sessionId)
    {
        await LoadAsync(LedgerKey.Session(sessionId));
        return _rows.Session(sessionId);
    }

    /// <summary>The session of something that refers to it, so it must exist.</summary>
    public async ValueTask<Session> SessionOfAsync(Run run) =>
        await FindSessionAsync(run.SessionId) ?? throw new InvalidOperationException($"Run {run.RunId} has no session {run.SessionId}.");

    public async ValueTask<string> PromptOfAsync(Run run)
    {
        await LoadAsync(LedgerKey.Text(run.RunId));
        return (_rows.Text(run.RunId) ?? throw new InvalidOperationException($"Run {run.RunId} has no texts.")).Prompt;
    }

    /// <summary>Every session that was started by these, or by one of those, and so on; as of this moment of the batch, parents first.</summary>
    public async ValueTask<IReadOnlyList<Session>> DescendantsAsync(IReadOnlyCollection<string> sessionIds)
    {
        await LoadAsync(sessionIds.Select(LedgerKey.Descendants));
        ILookup<string, Session> children = _rows.Sessions.ToLookup(s => s.ParentSessionId);
        HashSet<string> known = [.. sessionIds];
        List<Session> found = [];
        Queue<string> parents = new(sessionIds);
        while (parents.TryDequeue(out string? parent))
        {
            foreach (Session child in children[parent].Where(child => known.Add(child.SessionId)).OrderBy(s => s.SessionId, StringComparer.Ordinal))
            {
                found.Add(child);
                parents.Enqueue(child.SessionId);
            }
        }

        return found;
    }

    /// <summary>A session and those above it, the nearest first, each with its newest run.</summary>
    public async ValueTask<IReadOnlyList<(Session Session, Run? Run)>> LineageAsync(string sessionId)
    {
        await LoadAsync(LedgerKey.Lineage(sessionId));
        List<(Session, Run?)> lineage = [];
        for (string next = sessionId; _rows.Session(next) is { } session; next = session.ParentSessionId)
            lineage.Add((session, _rows.Run(session.RunId)));
        return lineage;
    }

    /// <summary>The runners whose connections a coordinator holds, or held when it ended.</summary>
    public async ValueTask<IReadOnlyList<RegisteredRunner>> ConnectedToAsync(string coordinatorId)
    {
        await LoadAsync(LedgerKey.ConnectedTo(coordinatorId));
        return [.. _rows.Runners.Where(r => r.DisconnectTime is null && (r.CoordinatorId == coordinatorId || r.CoordinatorId.Length == 0))];
    }

    public async ValueTask<LedgerState> ChangeStateAsync()
    {
        Changes++;
        await LoadAsync(LedgerKey.State);
        _isStateChanged = true;
        return _rows.State!;
    }

    public void Add(Run run, string prompt)
    {
        Changes += 2;
        _rows.Add(run, prompt);
    }

    public void Add(Session session)
    {
        Changes++;
        _rows.Add(session);
        _created.Add(session.SessionId);
        _changed[session.SessionId] = session;
    }

    public void Changed(Session session)
    {
        Changes++;
        _rows.Changed(session);
        _changed[session.SessionId] = session;
    }

    public void Changed(Run run)
    {
        Changes++;
        _rows.Changed(run);
    }

    /// <summary>Nothing of a run changed but what is counted; see <see cref="Rows.Counters"/>.</summary>
    public void Counted(Run run)
    {
        Changes++;
        _rows.Counted(run);
    }

    /// <summary>What came of a run, as its agent says.</summary>
    public void SetResult(Run run, string result)
    {
        Changes++;
        _results[run.RunId] = result;
    }

    /// <summary>Something else was decided about a session that is not seen in its row: who decides from it meanwhile decides anew.</summary>
    public void Touch(Session session)
    {
        Changes++;
        _rows.Changed(session);
    }

    public void Delete(Session session)
    {
        Changes++;
        _changed.Remove(session.SessionId);
        _events.Remove(session.SessionId);
        if (_rows.Delete(session) is { } stored)
            _deletedSessions.Add(stored);
    }

    /// <summary>Deletions up to a revision are not remembered any longer: watchers from before it need a snapshot.</summary>
    public async ValueTask ForgetDeletionsAsync(long revision)
    {
        LedgerState state = await ChangeStateAsync();
        state.ForgottenRevision = Math.Max(state.ForgottenRevision, _forgotten = revision);
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

    public void Remove(RegisteredRunner runner)
    {
        RunnerChanged(runner.RunnerId);
        if (_rows.Delete(runner) is { } stored)
            _deletedRunners.Add(stored);
    }

    /// <summary>As <see cref="Touch(Session)"/>.</summary>
    public void Touch(RegisteredRunner runner)
    {
        Changes++;
        _rows.Changed(runner);
    }

    /// <summary>What is shown of a runner changed, though not in its own row.</summary>
    public void RunnerChanged(string runnerId)
    {
        Changes++;
        _runners.Add(runnerId);
    }

    /// <summary>Something was decided that would not have been if this had been another: then the commit fails, and it is decided anew.</summary>
    public void Guard(Session session) => _rows.Guard(session);

    /// <inheritdoc cref="Guard(Session)"/>
    public void Guard(RegisteredRunner runner) => _rows.Guard(runner);

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
        entry.Time = Now;
        _audit.Add(entry);
    }

    /// <summary>Appends an event to the session's timeline and numbers it.</summary>
    public void Append(Session session, string runId, Proto.SessionEvent what)
    {
        Changes++;
        Appended++;
        what.SessionId = session.SessionId;
        what.RunId = runId;
        what.Sequence = ++session.LastEventSequence;
        _rows.Counted(session);
        what.Time ??= Timestamp.FromDateTimeOffset(Now);
        if (!_events.TryGetValue(session.SessionId, out List<Proto.SessionEvent>? events))
            _events.Add(session.SessionId, events = []);
        events.Add(what);
    }

    /// <summary>All that is to be written; called once, by the ledger, after everything was decided.</summary>
    public async ValueTask<LedgerWrites> CloseAsync(string batchId)
    {
        // Watchers are shown a session with its newest run, also if an older one of it changed.
        await LoadAsync(_changed.Values.Where(s => s.RunId.Length > 0 && _rows.Run(s.RunId) is null).Select(s => LedgerKey.Run(s.RunId)));
        var (sessions, runs, runners) = _rows.Writes;
        return new LedgerWrites
        {
            BatchId = batchId,
            Time = Now,
            Sessions = sessions,
            Runs = runs,
            Runners = runners,
            Texts = _rows.NewTexts,
            Results = _results,
            Events = [.. _events.SelectMany(one => EventChunk.Split(one.Key, one.Value))],
            Audit = _audit,
            Guards = _rows.Guards,
            DeletedSessions = _deletedSessions,
            DeletedRunners = _deletedRunners,
            State = _isStateChanged ? _rows.State : null,
            Changed = [.. _changed.Values],
            ForgottenRevision = _forgotten,
        };
    }

    /// <summary>What follows from the commit.</summary>
    /// <param name="firstRevision">The first of those that it gave.</param>
    public Committed ToCommitted(long firstRevision)
    {
        List<SessionChange> changes = new(_changed.Count + _deletedSessions.Count);
        foreach (Session session in _changed.Values)
        {
            SessionView view = new() { Session = session, Run = _rows.Run(session.RunId) };
            changes.Add(new SessionChange(session.SessionId, session.Revision, _created.Contains(session.SessionId), view));
        }

        long deletion = firstRevision + _changed.Count;
        foreach (RowGuard deleted in _deletedSessions)
            changes.Add(new SessionChange(deleted.Id, deletion++, isNew: false, view: null));
        return new Committed
        {
            Time = Now,
            Sessions = changes,
            Timelines = [.. _events.Keys, .. _deletedSessions.Select(deleted => deleted.Id)],
            Runners = _runners,
            Runs = _rows.ChangedRuns,
            Transitions = _transitions,
            Connections = _connections,
            Commands = _commands,
            Dispatched = Dispatched,
        };
    }
}
