namespace Coordinator.Storage;

/// <summary>
/// Where the ledger keeps what it knows. Two steps, and nothing stays open between them: a read, and a commit that says what it rests
/// on. Used by the ledger alone, one call after another. After a call that failed the next one begins anew, with a new connection
/// if there are connections.
/// </summary>
internal interface ILedgerStore : IAsyncDisposable
{
    /// <summary>Reads what the keys name, in one round trip.</summary>
    ValueTask<LedgerRead> ReadAsync(IReadOnlyCollection<LedgerKey> keys);

    /// <summary>Writes everything or nothing, in one round trip, and gives the changed sessions their revisions.</summary>
    /// <returns>
    /// The first of these revisions; null if something that the writes rest on has changed, or if a row that they make is there.
    /// </returns>
    /// <exception cref="CommitInDoubtException">The answer was lost. <see cref="SettleAsync"/> finds out whether it was made.</exception>
    ValueTask<long?> CommitAsync(LedgerWrites writes);

    /// <summary>
    /// Finds out what became of a commit whose answer was lost. One that was not made by then never will be. Fails as long as that cannot
    /// be found out.
    /// </summary>
    /// <returns>As <see cref="CommitAsync"/> would have answered; null if it was not made.</returns>
    ValueTask<long?> SettleAsync(LedgerWrites writes);

    /// <summary>Has reads and commits done with rows that are gone when it returns.</summary>
    ValueTask RehearseAsync(Func<ValueTask> play);

    /// <summary>Does what is better done between two commits, when no caller waits.</summary>
    void Tidy();

    /// <summary>What the ledger tells callers of a failure of this store; the same exception if it is none that the store knows.</summary>
    Exception Translate(Exception problem);
}
