using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>
/// The entities that a batch has in hand: each is read once, is the same object for all operations, and is written when
/// the database has to show it.
/// </summary>
internal sealed class LoadedRows(LedgerConnection connection)
{
    private readonly Dictionary<string, Row<Run>> _runs = [];
    private readonly Dictionary<string, Row<RunText>> _texts = [];
    private readonly Dictionary<string, Row<Session>> _sessions = [];
    private readonly Dictionary<string, Row<RegisteredRunner>> _runners = [];
    private readonly List<EventChunk> _events = [];
    private readonly List<AuditEntry> _audit = [];
    private Row<LedgerState>? _state;

    public IEnumerable<Run> Runs => _runs.Values.Select(row => row.Entity);

    /// <summary>Those that were made, or changed since they were read.</summary>
    public IReadOnlyList<Run> ChangedRuns => [.. _runs.Values.Where(row => row.IsNew || row.Entity.Version != row.ReadVersion).Select(row => row.Entity)];

    public void Add(Run run, string prompt)
    {
        // One that is new has no version that was read, also after it was written.
        _runs.Add(run.RunId, new Row<Run>(run) { IsNew = true, ReadVersion = -1 });
        _texts.Add(run.RunId, new Row<RunText>(new RunText { RunId = run.RunId, Prompt = prompt }) { IsNew = true });
    }

    public void Add(Session session) => _sessions.Add(session.SessionId, new Row<Session>(session) { IsNew = true });

    public void Add(RegisteredRunner runner) => _runners.Add(runner.RunnerId, new Row<RegisteredRunner>(runner) { IsNew = true });

    public void Add(EventChunk events) => _events.Add(events);

    public void Add(AuditEntry entry) => _audit.Add(entry);

    public async ValueTask<Run?> FindRunAsync(string runId) =>
        _runs.TryGetValue(runId, out Row<Run>? known) ? known.Entity
        : await connection.Runs.FindAsync(runId) is { } found ? Track(found)
        : null;

    public async ValueTask<Session?> FindSessionAsync(string sessionId) =>
        _sessions.TryGetValue(sessionId, out Row<Session>? known) ? known.Entity
        : await connection.Sessions.FindAsync(sessionId) is { } found ? Track(found)
        : null;

    public async ValueTask<RunText?> FindTextAsync(string runId)
    {
        if (!_texts.TryGetValue(runId, out Row<RunText>? known) && await connection.Texts.FindAsync(runId) is { } found)
            _texts.Add(runId, known = new Row<RunText>(found));
        return known?.Entity;
    }

    public async ValueTask<RegisteredRunner?> FindRunnerAsync(string runnerId)
    {
        if (!_runners.TryGetValue(runnerId, out Row<RegisteredRunner>? known) && await connection.Runners.FindAsync(runnerId) is { } found)
            _runners.Add(runnerId, known = new Row<RegisteredRunner>(found));
        return known?.Entity;
    }

    public async ValueTask<LedgerState> StateAsync() => (_state ??= new Row<LedgerState>((await connection.State.FindAsync(LedgerState.TheOne))!)).Entity;

    /// <summary>Takes in what a query of its own found.</summary>
    /// <returns>What the batch has in its place, which may have changed since it was read.</returns>
    public Run Track(Run found)
    {
        if (!_runs.TryGetValue(found.RunId, out Row<Run>? row))
            _runs.Add(found.RunId, row = new Row<Run>(found) { ReadVersion = found.Version, WrittenVersion = found.Version });
        return row.Entity;
    }

    /// <inheritdoc cref="Track(Run)"/>
    public Session Track(Session found)
    {
        if (!_sessions.TryGetValue(found.SessionId, out Row<Session>? row))
            _sessions.Add(found.SessionId, row = new Row<Session>(found));
        return row.Entity;
    }

    public void Changed(Session session) => _sessions[session.SessionId].IsChanged = true;

    public void Changed(RegisteredRunner runner) => _runners[runner.RunnerId].IsChanged = true;

    public void Changed(RunText text) => _texts[text.RunId].IsChanged = true;

    public void StateChanged() => _state!.IsChanged = true;

    /// <summary>Nothing is to be written of it any more.</summary>
    public void Remove(Session session) => _sessions.Remove(session.SessionId);

    /// <inheritdoc cref="Remove(Session)"/>
    public void Remove(RegisteredRunner runner) => _runners.Remove(runner.RunnerId);

    /// <summary>Writes what was made or changed; nothing is committed by that.</summary>
    public async ValueTask WriteAsync()
    {
        foreach (Row<Session> row in _sessions.Values)
            await WriteAsync(row);
        foreach (Row<Run> row in _runs.Values)
            await WriteAsync(row);
        foreach (Row<RunText> row in _texts.Values)
        {
            if (row.IsNew)
                await connection.Texts.InsertAsync(row.Entity);
            else if (row.IsChanged)
                await connection.Texts.UpdateAsync(row.Entity);
            row.Written();
        }

        foreach (Row<RegisteredRunner> row in _runners.Values)
        {
            if (row.IsNew)
                await connection.Runners.InsertAsync(row.Entity);
            else if (row.IsChanged)
                await connection.Runners.UpdateAsync(row.Entity);
            row.Written();
        }

        foreach (EventChunk events in _events)
            await connection.Events.InsertAsync(events);
        _events.Clear();
        foreach (AuditEntry entry in _audit)
            await connection.Audit.InsertAsync(entry);
        _audit.Clear();
        if (_state is { IsChanged: true })
        {
            await connection.State.UpdateAsync(_state.Entity);
            _state.Written();
        }
    }

    /// <summary>Has everything read again, once it was written.</summary>
    public void Forget()
    {
        _runs.Clear();
        _texts.Clear();
        _sessions.Clear();
        ForgetRunners();
    }

    /// <inheritdoc cref="Forget"/>
    public void ForgetRunners() => _runners.Clear();

    private async ValueTask WriteAsync(Row<Session> row)
    {
        Session session = row.Entity;
        if (row.IsNew)
        {
            await connection.Sessions.InsertAsync(session);
            foreach ((string key, string value) in session.Labels)
                await connection.Labels.InsertAsync(new SessionLabel { SessionId = session.SessionId, Key = key, Value = value });
        }
        else if (row.IsChanged)
        {
            await connection.Sessions.UpdateAsync(session);
        }

        row.Written();
    }

    private async ValueTask WriteAsync(Row<Run> row)
    {
        // Its version says by itself whether it was changed, and makes sure that nobody else did.
        if (row.IsNew)
            await connection.Runs.InsertAsync(row.Entity);
        else if (row.Entity.Version != row.WrittenVersion)
            await connection.Runs.UpdateAsync(row.Entity, row.WrittenVersion);
        row.WrittenVersion = row.Entity.Version;
        row.Written();
    }

    private sealed class Row<T>(T entity)
    {
        public T Entity => entity;

        /// <summary>It is not in the database yet.</summary>
        public bool IsNew { get; set; }

        public bool IsChanged { get; set; }

        /// <summary>The version that the database had before the transaction, of a run.</summary>
        public long ReadVersion { get; init; }

        /// <summary>The version that the database has, of a run.</summary>
        public long WrittenVersion { get; set; }

        public void Written() => IsNew = IsChanged = false;
    }
}
