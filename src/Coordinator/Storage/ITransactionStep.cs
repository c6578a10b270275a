namespace Coordinator.Storage;

/// <summary>
/// What follows, in the same transaction, from what its operations changed. Steps are asked one after another in the order in which
/// they are registered, after all operations of a batch.
/// </summary>
internal interface ITransactionStep
{
    /// <summary>Whether earlier transactions left something to do that no operation will ask for.</summary>
    bool HasBacklog { get; }

    /// <param name="work">The transaction, with all its operations applied.</param>
    /// <param name="extent">How much may be done.</param>
    ValueTask ApplyAsync(UnitOfWork work, StepExtent extent);
}

/// <summary>How much a step may do in a transaction.</summary>
internal enum StepExtent
{
    /// <summary>Nothing: the transaction writes with the space that is kept for stops. What there would be to do is backlog.</summary>
    Nothing,

    /// <summary>What follows from the operations of this transaction.</summary>
    OwnChanges,

    /// <summary>That, and a part of what earlier transactions left.</summary>
    Backlog,
}
