namespace Coordinator.Storage;

/// <summary>
/// Commits what a batch has decided. After a commit whose answer was lost nothing else is committed before it is known what became of
/// it. Used by the ledger alone.
/// </summary>
internal sealed partial class LedgerCommits(ILedgerStore store, Ids ids, ILogger<LedgerCommits> logger)
{
    private readonly string _writer = ids.New(Ids.Batch);
    private long _batches;

    /// <summary>A commit of which nobody knows yet whether it was made.</summary>
    private (UnitOfWork Work, LedgerWrites Writes)? _doubt;

    /// <summary>Finds out what became of the last commit, if that is not known.</summary>
    /// <returns>What it changed, if it was made: its callers were told that nobody knows, but everybody else has to hear of it.</returns>
    public async Task<Committed?> SettleAsync()
    {
        if (_doubt is not var (work, writes))
            return null;
        long? first = await store.SettleAsync(writes);
        _doubt = null;
        return first is { } given ? work.ToCommitted(given) : null;
    }

    /// <returns>What was committed; null if something that it rests on has changed, so that it must be decided anew.</returns>
    /// <exception cref="CommitInDoubtException">Nobody knows whether it was made; it must not be made again.</exception>
    public async Task<Committed?> CommitAsync(UnitOfWork work)
    {
        LedgerWrites writes = await work.CloseAsync($"{_writer}.{++_batches}");
        if (writes.IsEmpty)
            return work.ToCommitted(firstRevision: 0);
        long? first;
        try
        {
            first = await store.CommitAsync(writes);
        }
        catch (CommitInDoubtException doubt)
        {
            LogInDoubt(writes.BatchId, doubt.InnerException!.Message);
            _doubt = (work, writes);
            first = await AskAsync(writes);
            _doubt = null;
        }

        return first is { } given ? work.ToCommitted(given) : null;
    }

    private async Task<long?> AskAsync(LedgerWrites writes)
    {
        try
        {
            return await store.SettleAsync(writes);
        }
        catch (Exception problem)
        {
            throw new CommitInDoubtException(problem);
        }
    }

    [LoggerMessage(1010, LogLevel.Warning, "Whether commit {BatchId} was made is not known ({Problem}); the database is asked")]
    private partial void LogInDoubt(string batchId, string problem);
}
