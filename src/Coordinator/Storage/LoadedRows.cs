using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>
/// The entities that a batch has in hand: each is read once, is the same object for all operations, and knows what of it is to be
/// written.
/// </summary>
internal sealed class LoadedRows(ILedgerStore store)
{
    private readonly HashSet<LedgerKey> _read = [];
    private readonly Dictionary<string, Row<Session>> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Row<Run>> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Row<RegisteredRunner>> _runners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunText> _texts = new(StringComparer.Ordinal);
    private readonly List<RunText> _newTexts = [];

    public IEnumerable<Session> Sessions => _sessions.Values.Where(row => !row.IsDeleted).Select(row => row.Entity);

    public IEnumerable<Run> Runs => _runs.Values.Where(IsThere).Select(row => row.Entity);

    public IEnumerable<RegisteredRunner> Runners => _runners.Values.Where(row => !row.IsDeleted).Select(row => row.Entity);

    public LedgerState? State { get; private set; }

    /// <summary>Those that were made, or changed since they were read; also if they have gone with their session since.</summary>
    public IReadOnlyList<Run> ChangedRuns => [.. _runs.Values.Where(row => row.IsNew || row.IsChanged).Select(row => row.Entity)];

    public IReadOnlyList<RunText> NewTexts => _newTexts;

    /// <summary>What is to be written of each kind.</summary>
    public (IReadOnlyList<RowWrite<Session>> Sessions, IReadOnlyList<RowWrite<Run>> Runs, IReadOnlyList<RowWrite<RegisteredRunner>> Runners) Writes =>
        (WritesOf(_sessions.Values), WritesOf(_runs.Values.Where(IsThere)), WritesOf(_runners.Values));

    /// <summary>What decisions rest on and is not written.</summary>
    public IReadOnlyList<RowGuard> Guards => [.. GuardsOf(_sessions, RowGuardKind.Session), .. GuardsOf(_runs, RowGuardKind.Run), .. GuardsOf(_runners, RowGuardKind.Runner)];

    /// <summary>Reads what of this was not read before.</summary>
    /// <returns>The time of the read; null if there was nothing to read.</returns>
    public async ValueTask<DateTimeOffset?> LoadAsync(IEnumerable<LedgerKey> keys, bool always = false)
    {
        List<LedgerKey> missing = [.. keys.Where(key => !IsInHand(key) && _read.Add(key))];
        if (missing.Count == 0 && !always)
            return null;
        LedgerRead read = await store.ReadAsync(missing);
        foreach (Session session in read.Sessions)
            _sessions.TryAdd(session.SessionId, new Row<Session>(session));
        foreach (Run run in read.Runs)
            Put(run, new Row<Run>(run));
        foreach (RegisteredRunner runner in read.Runners)
            _runners.TryAdd(runner.RunnerId, new Row<RegisteredRunner>(runner));
        foreach (RunText text in read.Texts)
            _texts.TryAdd(text.RunId, text);
        State ??= read.State;
        return read.Time;
    }

    /// <summary>Whether it needs no reading: it was read, or made.</summary>
    public bool Knows(LedgerKey key) => IsInHand(key) || _read.Contains(key);

    public Session? Session(string sessionId) => _sessions.TryGetValue(sessionId, out Row<Session>? row) && !row.IsDeleted ? row.Entity : null;

    public Run? Run(string runId) => _runs.TryGetValue(runId, out Row<Run>? row) && IsThere(row) ? row.Entity : null;

    /// <summary>The run that a request with this id made.</summary>
    public Run? RunOfRequest(string requestId) => _requests.TryGetValue(requestId, out string? runId) ? Run(runId) : null;

    public RegisteredRunner? Runner(string runnerId) => _runners.TryGetValue(runnerId, out Row<RegisteredRunner>? row) && !row.IsDeleted ? row.Entity : null;

    public RunText? Text(string runId) => _texts.GetValueOrDefault(runId);

    public void Add(Session session) => _sessions.Add(session.SessionId, new Row<Session>(session) { IsNew = true });

    public void Add(Run run, string prompt)
    {
        Put(run, new Row<Run>(run) { IsNew = true });
        RunText text = new() { RunId = run.RunId, Prompt = prompt };
        _texts.Add(run.RunId, text);
        _newTexts.Add(text);
    }

    /// <summary>One that was removed by the same batch may come back.</summary>
    public void Add(RegisteredRunner runner) => _runners[runner.RunnerId] = new Row<RegisteredRunner>(runner) { IsNew = true };

    public void Changed(Session session) => _sessions[session.SessionId].IsChanged = true;

    public void Changed(Run run) => _runs[run.RunId].IsChanged = true;

    public void Changed(RegisteredRunner runner) => _runners[runner.RunnerId].IsChanged = true;

    public void Counted(Session session) => _sessions[session.SessionId].IsCounted = true;

    public void Counted(Run run) => _runs[run.RunId].IsCounted = true;

    public void Guard(Session session) => _sessions[session.SessionId].IsGuarded = true;

    public void Guard(RegisteredRunner runner) => _runners[runner.RunnerId].IsGuarded = true;

    /// <summary>Nothing is to be written of it any more.</summary>
    /// <returns>What has to be there to be deleted; null if it was never stored.</returns>
    public RowGuard? Delete(Session session) => Delete(_sessions[session.SessionId], RowGuardKind.Session, session.SessionId);

    /// <inheritdoc cref="Delete(Session)"/>
    public RowGuard? Delete(RegisteredRunner runner) => Delete(_runners[runner.RunnerId], RowGuardKind.Runner, runner.RunnerId);

    /// <summary>Not if its session was deleted.</summary>
    private bool IsThere(Row<Run> row) => !(_sessions.TryGetValue(row.Entity.SessionId, out Row<Session>? session) && session.IsDeleted);

    private static RowGuard? Delete<T>(Row<T> row, RowGuardKind kind, string id)
        where T : class, IVersioned
    {
        row.IsDeleted = true;
        return row.IsNew ? null : new RowGuard(kind, id, row.Entity.Version);
    }

    private void Put(Run run, Row<Run> row)
    {
        if (_runs.TryAdd(run.RunId, row) && run.RequestId is { } requestId)
            _requests[requestId] = run.RunId;
    }

    /// <summary>Whether all of it came with something else, or was made by the batch and is not in the store.</summary>
    private bool IsInHand(LedgerKey key) => key.Kind switch
    {
        LedgerKeyKind.Session => _sessions.TryGetValue(key.Value, out Row<Session>? row) && (row.IsNew || _runs.ContainsKey(row.Entity.RunId)),
        LedgerKeyKind.Run => _runs.TryGetValue(key.Value, out Row<Run>? row) && _sessions.ContainsKey(row.Entity.SessionId),
        LedgerKeyKind.Runner => _runners.ContainsKey(key.Value),
        LedgerKeyKind.Text => _texts.ContainsKey(key.Value),
        _ => false,
    };

    private static List<RowWrite<T>> WritesOf<T>(IEnumerable<Row<T>> rows)
        where T : class, IVersioned => [.. rows.Where(row => row.IsWritten).Select(row => new RowWrite<T>(row.Entity, row.Kind))];

    private static IEnumerable<RowGuard> GuardsOf<T>(Dictionary<string, Row<T>> rows, RowGuardKind kind)
        where T : class, IVersioned =>
        rows.Where(one => one.Value is { IsGuarded: true, IsNew: false, IsChanged: false, IsDeleted: false }).Select(one => new RowGuard(kind, one.Key, one.Value.Entity.Version));

    private sealed class Row<T>(T entity)
        where T : class, IVersioned
    {
        public T Entity => entity;

        /// <summary>It is not in the store yet.</summary>
        public bool IsNew { get; init; }

        public bool IsChanged { get; set; }

        /// <summary>Of its counters at least one changed.</summary>
        public bool IsCounted { get; set; }

        public bool IsGuarded { get; set; }

        public bool IsDeleted { get; set; }

        public bool IsWritten => !IsDeleted && (IsNew || IsChanged || IsCounted);

        public RowWriteKind Kind =>
            IsNew ? RowWriteKind.Insert
            : !IsChanged ? RowWriteKind.Count
            : IsCounted ? RowWriteKind.ChangeAndCount
            : RowWriteKind.Change;
    }
}
