namespace Coordinator.Storage;

/// <summary>
/// Takes in what was committed. Listeners are called one after another in the order in which they are registered, and commit after
/// commit, on the writer: none may wait, and one that fails keeps nothing from the others.
/// </summary>
internal interface ICommitListener
{
    /// <summary>Reads where the database is. Once, before the first commit.</summary>
    Task LoadAsync(CoordinatorDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;

    void OnCommitted(Committed committed);
}
