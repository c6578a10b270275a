using System.Collections.Concurrent;
using System.Threading.Channels;
using Coordinator.Model;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// The single writer. Callers hand it operations; it reads what as many as are waiting need, applies them in memory, commits once,
/// tells the listeners what was committed, and only then completes the callers (group commit): what a caller was told is on disk. What
/// follows from a commit leaves in the order of the commits, and never before its own.
/// </summary>
/// <remarks>
/// Nothing is open in the store between the read and the commit. An operation reads and changes entities through its
/// <see cref="UnitOfWork"/> and touches nothing else. It is applied again when the commit finds that somebody else has changed what it
/// rests on, and alone when another one spoiled the batch, so it must not leave traces outside of that.
/// </remarks>
internal sealed partial class Ledger(
    ILedgerStore store,
    LedgerCommits commits,
    IDbContextFactory<CoordinatorDbContext> contexts,
    IEnumerable<ITransactionStep> steps,
    IEnumerable<ICommitListener> listeners,
    StorageReserve reserve,
    ILogger<Ledger> logger) : BackgroundService
{
    /// <summary>Operations in one commit at most.</summary>
    private const int MaxBatch = 256;

    /// <summary>Keys that one batch reads at most, unless a single operation has more: what is read and does not fit is read again.</summary>
    private const int MaxKeys = 200;

    /// <summary>
    /// Changed rows in one commit, after which it takes no more operations: about 5 ms of SQLite, which is what a stop waits for that
    /// comes meanwhile.
    /// </summary>
    private const int MaxChanges = 400;

    /// <summary>Events in one commit, after which it takes no more operations.</summary>
    private const int MaxEvents = 1_000;

    /// <summary>How often a batch is applied anew because others changed what it rests on, before each operation is tried alone.</summary>
    private const int MaxConflicts = 4;

    /// <summary>As <see cref="MaxConflicts"/>, of an operation that is alone, before its caller is told to come back.</summary>
    private const int MaxConflictsAlone = 100;

    /// <summary>Wakes the loop; the operations themselves wait in their lanes.</summary>
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ITransactionStep[] _steps = [.. steps];
    private readonly ICommitListener[] _listeners = [.. listeners];
    private readonly LedgerQueue _queue = new();
    private readonly ConcurrentQueue<(IReadOnlyList<Func<UnitOfWork, ValueTask>> Operations, TaskCompletionSource Done)> _rehearsals = [];

    /// <summary>Why nothing could be written the last time; null if something was.</summary>
    private string? _trouble;

    /// <summary>Whether the backlog of the steps waits until something else was committed, as it could not be.</summary>
    private bool _isBacklogBlocked;

    /// <summary>Whether something could not be written the last time that it was tried, and waits for <see cref="ProveWritableAsync"/>.</summary>
    public bool IsBlocked => reserve.IsReleased || _isBacklogBlocked;

    /// <summary>Applies an operation and returns when it is committed.</summary>
    /// <param name="keys">What it needs in any case, so that it is read together with what others need. It may ask for more.</param>
    /// <param name="apply">The operation.</param>
    /// <param name="failed">Told, before any later operation is applied, that this one could not be committed. Runs on the writer.</param>
    /// <param name="usesReserve">Whether it may use the space that is kept free for stops; null if it may not. Changes nothing.</param>
    /// <exception cref="CoordinatorException">The operation refused, or nothing can be written (and nothing was).</exception>
    public Task<T> ExecuteAsync<T>(
        IReadOnlyList<LedgerKey> keys,
        Func<UnitOfWork, ValueTask<T>> apply,
        Action<Exception>? failed = null,
        Func<UnitOfWork, ValueTask<bool>>? usesReserve = null) =>
        Enqueue(new LedgerOperation<T>(keys, apply, failed, LedgerLane.Ordinary) { MayUseReserve = usesReserve });

    /// <summary>As <see cref="ExecuteAsync"/>, ahead of everything in lower lanes.</summary>
    public Task<T> ExecuteAsync<T>(LedgerLane lane, IReadOnlyList<LedgerKey> keys, Func<UnitOfWork, ValueTask<T>> apply) =>
        Enqueue(new LedgerOperation<T>(keys, apply, failed: null, lane));

    /// <summary>Commits something that matters to nobody: only a real write finds out that the disk is full.</summary>
    /// <exception cref="CoordinatorException">Nothing can be written.</exception>
    public Task ProveWritableAsync() => ExecuteAsync([LedgerKey.State], async work =>
    {
        (await work.ChangeStateAsync()).CheckTime = work.Now;
        return true;
    });

    /// <summary>
    /// Does with operations, one after another, what is done with any, and takes it back instead of committing it. No listener hears of
    /// it. On the writer, between two batches.
    /// </summary>
    public Task RehearseAsync(params IReadOnlyList<Func<UnitOfWork, ValueTask>> operations)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _rehearsals.Enqueue((operations, done));
        _wake.Writer.TryWrite(true);
        return done.Task;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Reads what is kept in memory from then on. Once, before the first batch.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        reserve.Fill();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (ICommitListener listener in _listeners)
            await listener.LoadAsync(db, cancellationToken);
    }

    /// <summary>Commits what is waiting and what comes, until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await using CancellationTokenRegistration closing = stoppingToken.Register(Close);
        while (await _wake.Reader.WaitToReadAsync(CancellationToken.None))
            await CommitWaitingAsync();
        await store.DisposeAsync();
    }

    /// <summary>
    /// As <see cref="RunAsync"/> on a thread of its own: what every caller waits for must not queue behind what floods the thread pool.
    /// </summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stoppingToken)
    {
        using CancellationTokenRegistration closing = stoppingToken.Register(Close);
        while (_wake.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            CommitWaitingAsync().GetAwaiter().GetResult();
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task CommitWaitingAsync()
    {
        _wake.Reader.TryRead(out _);
        while (_rehearsals.TryDequeue(out var rehearsal))
            await RehearseAsync(rehearsal.Operations, rehearsal.Done);
        while (TryStart(out List<LedgerOperation> batch))
        {
            bool isCommitted = await CommitAsync(batch, mayLeave: true);
            // What the reserve kept from being done is gone on with when there is room; then the next commit says so.
            _isBacklogBlocked = reserve.IsReleased ? _isBacklogBlocked || HasBacklog : !isCommitted && (_isBacklogBlocked || batch.Count == 0);
            store.Tidy();
        }
    }

    private async Task RehearseAsync(IReadOnlyList<Func<UnitOfWork, ValueTask>> operations, TaskCompletionSource done)
    {
        try
        {
            await store.RehearseAsync(async () =>
            {
                foreach (Func<UnitOfWork, ValueTask> apply in operations)
                {
                    UnitOfWork work = await UnitOfWork.BeginAsync(store, []);
                    await apply(work);
                    await StepAsync(work, StepExtent.OwnChanges);
                    await commits.CommitAsync(work);
                }
            });
            done.SetResult();
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    private bool HasBacklog => Array.Exists(_steps, step => step.HasBacklog);

    /// <param name="batch">
    /// What waits. Once something urgent is in it, it is not made to wait for anything that is less so. An empty one does a part of the
    /// backlog.
    /// </param>
    /// <returns>Whether there is something to do.</returns>
    private bool TryStart(out List<LedgerOperation> batch)
    {
        batch = [];
        LedgerLane lowest = LedgerLane.Ordinary;
        int keys = 0;
        while (batch.Count < MaxBatch && keys < MaxKeys && _queue.TryTake(lowest, out LedgerOperation? next))
        {
            if (!reserve.Admits(next))
            {
                // It is told so when those before it have been applied.
                if (batch.Count > 0)
                {
                    _queue.PutBack(next);
                    break;
                }

                next.Fail(StorageErrors.DiskFull());
                continue;
            }

            lowest = (LedgerLane)Math.Max((int)lowest, (int)next.Lane);
            keys += next.Keys.Count;
            batch.Add(next);
        }

        return batch.Count > 0 || (HasBacklog && !IsBlocked && !_queue.IsClosed);
    }

    private Task<T> Enqueue<T>(LedgerOperation<T> operation)
    {
        if (!_queue.TryAdd(operation))
            return Task.FromException<T>(CoordinatorException.ShuttingDown());
        _wake.Writer.TryWrite(true);
        return operation.Completion;
    }

    /// <summary>Takes nothing more in; what is waiting is still committed.</summary>
    private void Close()
    {
        _queue.Close();
        _wake.Writer.TryWrite(true);
        _wake.Writer.TryComplete();
    }

    /// <param name="batch">The operations; keeps those that were committed, or refused.</param>
    /// <param name="mayLeave">Whether those that make the commit too large may be left for the next one.</param>
    /// <returns>Whether all of it is committed.</returns>
    private async Task<bool> CommitAsync(List<LedgerOperation> batch, bool mayLeave)
    {
        Committed? committed;
        try
        {
            committed = await TransactAsync(batch, mayLeave);
        }
        catch (Exception exception) when (exception is CommitInDoubtException || (batch.Count > 1 && IsUnavailable(exception)))
        {
            // Nothing could be written for any of them; or nobody knows, and then it must not be done again.
            Exception cause = exception is CommitInDoubtException ? CoordinatorException.InDoubt(exception) : store.Translate(exception);
            LogTrouble(_trouble = cause.Message);
            foreach (LedgerOperation operation in batch)
                operation.Fail(cause);
            return false;
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            if (store.Translate(exception) is not CoordinatorException)
                LogBatchSplit(exception, batch.Count);
            return await CommitEachAsync(batch);
        }
        catch (Exception exception)
        {
            Exception cause = store.Translate(exception);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull } && batch is [{ UsesReserve: true }] && reserve.TryRelease())
                return await CommitAsync(batch, mayLeave: false);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull or Reasons.StorageUnavailable } && _trouble != cause.Message)
                LogTrouble(_trouble = cause.Message);
            if (batch.Count > 0)
                batch[0].Fail(cause);
            else if (cause is not CoordinatorException)
                LogBacklogFailed(cause);
            return false;
        }

        if (committed is null)
            return await CommitEachAsync(batch);
        Publish(committed);
        foreach (LedgerOperation operation in batch)
            operation.Complete();
        return true;
    }

    /// <summary>
    /// One of them cannot be committed together with the others: each gets a commit of its own, as long as nothing waits that goes ahead.
    /// </summary>
    private async Task<bool> CommitEachAsync(List<LedgerOperation> batch)
    {
        bool areCommitted = true;
        for (int i = 0; i < batch.Count; i++)
        {
            if (i > 0 && _queue.HasAheadOf(batch[i].Lane))
            {
                _queue.PutBack(batch[i..]);
                break;
            }

            areCommitted &= await CommitAsync([batch[i]], mayLeave: false);
        }

        return areCommitted;
    }

    /// <returns>What was committed; null if it is time to try each operation alone.</returns>
    private async Task<Committed?> TransactAsync(List<LedgerOperation> batch, bool mayLeave)
    {
        if (await commits.SettleAsync() is { } settled)
            Publish(settled);
        int patience = batch.Count > 1 ? MaxConflicts : MaxConflictsAlone;
        for (int conflicts = 0; conflicts < patience; conflicts++)
        {
            UnitOfWork work = await ApplyAsync(batch, mayLeave);
            if (await commits.CommitAsync(work) is not { } committed)
                continue;
            if (_trouble is not null && work.Changes > 0)
            {
                _trouble = null;
                LogTroubleOver();
            }

            return committed;
        }

        return batch.Count > 1 ? null : throw CoordinatorException.Contended();
    }

    private bool IsUnavailable(Exception exception) => store.Translate(exception) is CoordinatorException { Reason: Reasons.StorageUnavailable };

    /// <summary>Applies the operations, and what follows from them, in memory.</summary>
    private async Task<UnitOfWork> ApplyAsync(List<LedgerOperation> batch, bool mayLeave)
    {
        UnitOfWork work = await UnitOfWork.BeginAsync(store, batch.SelectMany(operation => operation.Keys));
        LedgerLane highest = LedgerLane.Ordinary;
        for (int i = 0; i < batch.Count; i++)
        {
            // Events take hardly any rows: those of a session go into one.
            if (mayLeave && i > 0 && (work.Changes - work.Appended >= MaxChanges || work.Appended >= MaxEvents))
            {
                _queue.PutBack(batch[i..]);
                batch.RemoveRange(i, batch.Count - i);
                break;
            }

            highest = (LedgerLane)Math.Max((int)highest, (int)batch[i].Lane);
            if (!await TryApplyAsync(work, batch[i]))
                batch.RemoveAt(i--);
        }

        bool includeBacklog = highest == LedgerLane.Ordinary && (batch.Count == 0 || !_isBacklogBlocked);
        // With the space that is kept for stops nothing follows: a run that starts on a full disk only adds to what has to be stopped.
        await StepAsync(work, reserve.IsReleased ? StepExtent.Nothing : includeBacklog ? StepExtent.Backlog : StepExtent.OwnChanges);
        return work;
    }

    /// <summary>Does what follows from what the operations changed.</summary>
    private async Task StepAsync(UnitOfWork work, StepExtent extent)
    {
        foreach (ITransactionStep step in _steps)
            await step.ApplyAsync(work, extent);
    }

    /// <summary>
    /// Applies an operation, unless it turns out to be none of those that the space on the disk is kept for. Asked each time, also
    /// of those that are tried alone: one before them may have taken that space.
    /// </summary>
    private async ValueTask<bool> TryApplyAsync(UnitOfWork work, LedgerOperation operation)
    {
        await operation.LookAsync(work);
        if (reserve.Admits(operation))
        {
            await operation.ApplyAsync(work);
            return true;
        }

        operation.Fail(StorageErrors.DiskFull());
        return false;
    }

    /// <summary>It is committed, whatever a listener makes of it: commands follow from the database again, watchers have their revision.</summary>
    private void Publish(Committed committed)
    {
        foreach (ICommitListener listener in _listeners)
        {
            try
            {
                listener.OnCommitted(committed);
            }
            catch (Exception exception)
            {
                LogListenerFailed(exception, listener.GetType().Name);
            }
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "A batch of {Count} operations could not be committed as one; each is tried alone")]
    private partial void LogBatchSplit(Exception exception, int count);

    [LoggerMessage(1005, LogLevel.Error, "The backlog, such as waiting runs to be dispatched, could not be committed; it is tried again with the next commit")]
    private partial void LogBacklogFailed(Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "{Message}")]
    private partial void LogTrouble(string message);

    [LoggerMessage(1004, LogLevel.Information, "The database can be written again")]
    private partial void LogTroubleOver();

    [LoggerMessage(1002, LogLevel.Error, "The commit listener {Listener} failed; the commit stands, and the other listeners are told")]
    private partial void LogListenerFailed(Exception exception, string listener);
}
