using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>Something to be written, and a caller who waits for it.</summary>
internal abstract class LedgerOperation(IReadOnlyList<LedgerKey> keys, LedgerLane lane)
{
    /// <summary>What it needs in any case.</summary>
    public IReadOnlyList<LedgerKey> Keys => keys;

    /// <summary>What it goes ahead of.</summary>
    public LedgerLane Lane => lane;

    /// <summary>Whether it may use the space that is kept free: stops, and what is reported of them.</summary>
    public bool UsesReserve { get; protected set; } = lane != LedgerLane.Ordinary;

    /// <summary>Finds out, in a batch, what it may use; until then it counts as one that may use the reserve if it could be one.</summary>
    public abstract ValueTask LookAsync(UnitOfWork work);

    /// <summary>Applies the operation to a batch. A refusal that changed nothing is kept for the caller; anything else spoils the batch.</summary>
    public abstract ValueTask ApplyAsync(UnitOfWork work);

    /// <summary>The batch is committed: tells the caller.</summary>
    public abstract void Complete();

    /// <summary>Nothing was committed: tells the caller why.</summary>
    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
/// <param name="keys">What it needs in any case.</param>
/// <param name="apply">What it does.</param>
/// <param name="failed">Told, before any later operation is applied, that this one could not be committed.</param>
/// <param name="lane">What it goes ahead of.</param>
internal sealed class LedgerOperation<T>(
    IReadOnlyList<LedgerKey> keys, Func<UnitOfWork, ValueTask<T>> apply, Action<Exception>? failed, LedgerLane lane) : LedgerOperation(keys, lane)
{
    private readonly Func<UnitOfWork, ValueTask<bool>>? _usesReserve;

    // Callers go on elsewhere: the writer must not run their code.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;
    private CoordinatorException? _refusal;

    public Task<T> Completion => _completion.Task;

    /// <summary>Tells whether an operation of the lowest lane may use the reserve.</summary>
    public Func<UnitOfWork, ValueTask<bool>>? MayUseReserve
    {
        init => (_usesReserve, UsesReserve) = (value, UsesReserve || value is not null);
    }

    public override async ValueTask LookAsync(UnitOfWork work)
    {
        if (_usesReserve is not null)
            UsesReserve = await _usesReserve(work);
    }

    public override async ValueTask ApplyAsync(UnitOfWork work)
    {
        _refusal = null;
        int changes = work.Changes;
        try
        {
            _answer = await apply(work);
        }
        catch (CoordinatorException refusal) when (work.Changes == changes)
        {
            // Told after the commit: it may rest on what an earlier operation of the batch did.
            _refusal = refusal;
        }
    }

    public override void Complete()
    {
        if (_refusal is null)
            _completion.SetResult(_answer!);
        else
            _completion.SetException(_refusal);
    }

    public override void Fail(Exception exception)
    {
        failed?.Invoke(exception);
        _completion.SetException(exception);
    }
}
