using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Coordinator.Model;
using Coordinator.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// The single writer. Callers hand it operations; it applies as many as are waiting to one transaction, commits once, tells the
/// listeners what was committed, and only then completes the callers (group commit): what a caller was told is on disk. What
/// follows from a commit leaves in the order of the commits, and never before its own.
/// </summary>
/// <remarks>
/// An operation reads and changes entities through its <see cref="UnitOfWork"/> and touches nothing else. It may be run again in a
/// transaction of its own when another one spoiled the batch, so it must not leave traces outside of that.
/// </remarks>
internal sealed partial class Ledger(
    IDbContextFactory<CoordinatorDbContext> contexts,
    IEnumerable<ITransactionStep> steps,
    IEnumerable<ICommitListener> listeners,
    LogCheckpoints checkpoints,
    StorageReserve reserve,
    TimeProvider time,
    ILogger<Ledger> logger) : BackgroundService
{
    /// <summary>Operations in one transaction at most.</summary>
    private const int MaxBatch = 256;

    /// <summary>Events in one transaction, after which it takes no more operations: what they take is mostly written at its end.</summary>
    private const int MaxEvents = 1_000;

    /// <summary>
    /// A batch takes no more operations after this time: a stop that comes now waits for what has been begun, no longer.
    /// What a batch applied takes several times as long to be written.
    /// </summary>
    private static readonly TimeSpan MaxApply = TimeSpan.FromMilliseconds(1);

    /// <summary>Wakes the loop; the operations themselves wait in their lanes.</summary>
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ITransactionStep[] _steps = [.. steps];
    private readonly ICommitListener[] _listeners = [.. listeners];
    private readonly Lock _lock = new();
    private readonly Queue<LedgerOperation>[] _lanes = [.. Enum.GetValues<LedgerLane>().Select(_ => new Queue<LedgerOperation>())];
    private bool _closed;

    /// <summary>Null before the first batch, and after one that failed.</summary>
    private LedgerConnection? _connection;

    /// <summary>Why nothing could be written the last time; null if something was.</summary>
    private string? _trouble;

    /// <summary>Whether the backlog of the steps waits until something else was committed, as it could not be.</summary>
    private bool _isBacklogBlocked;

    /// <summary>Whether something could not be written the last time that it was tried, and waits for <see cref="ProveWritableAsync"/>.</summary>
    public bool IsBlocked => reserve.IsReleased || _isBacklogBlocked;

    /// <summary>Applies an operation and returns when it is committed.</summary>
    /// <param name="apply">The operation.</param>
    /// <param name="failed">Told, before any later operation is applied, that this one could not be committed. Runs on the writer.</param>
    /// <param name="usesReserve">Whether it may use the space that is kept free for stops; null if it may not. Changes nothing.</param>
    /// <exception cref="CoordinatorException">The operation refused, or nothing can be written (and nothing was).</exception>
    public Task<T> ExecuteAsync<T>(
        Func<UnitOfWork, ValueTask<T>> apply, Action<Exception>? failed = null, Func<UnitOfWork, ValueTask<bool>>? usesReserve = null) =>
        Enqueue(new LedgerOperation<T>(apply, failed, LedgerLane.Ordinary) { MayUseReserve = usesReserve });

    /// <summary>As <see cref="ExecuteAsync"/>, ahead of everything in lower lanes.</summary>
    public Task<T> ExecuteAsync<T>(LedgerLane lane, Func<UnitOfWork, ValueTask<T>> apply) => Enqueue(new LedgerOperation<T>(apply, failed: null, lane));

    /// <summary>Commits something that matters to nobody: only a real write finds out that the disk is full.</summary>
    /// <exception cref="CoordinatorException">Nothing can be written.</exception>
    public Task ProveWritableAsync() => ExecuteAsync(async work =>
    {
        (await work.ChangeStateAsync()).CheckTime = work.Now;
        return true;
    });

    /// <summary>Does with an operation what is done with any other, and rolls it back instead of committing it. No listener hears of it. While nothing else is written.</summary>
    public async Task RehearseAsync(Func<UnitOfWork, ValueTask> play)
    {
        await using LedgerConnection connection = await LedgerConnection.OpenAsync(contexts);
        await using var transaction = await connection.Db.Database.BeginTransactionAsync();
        UnitOfWork work = new(connection, time.GetUtcNow());
        await play(work);
        await FinishAsync(work, includeBacklog: false);
        await transaction.RollbackAsync();
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
        if (_connection is { } connection)
            await connection.DisposeAsync();
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
        _connection?.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task CommitWaitingAsync()
    {
        _wake.Reader.TryRead(out _);
        while (TryStart(out List<LedgerOperation> batch))
        {
            bool isCommitted = await CommitAsync(batch, mayGrow: true);
            // What the reserve kept from being done is gone on with when there is room; then the next commit says so.
            _isBacklogBlocked = reserve.IsReleased ? _isBacklogBlocked || HasBacklog : !isCommitted && (_isBacklogBlocked || batch.Count == 0);
            if (_connection is { } connection)
                checkpoints.AfterCommit(connection.Db);
        }
    }

    private bool HasBacklog => Array.Exists(_steps, step => step.HasBacklog);

    /// <returns>Whether there is something to do; an empty batch does a part of the backlog.</returns>
    private bool TryStart(out List<LedgerOperation> batch)
    {
        bool hasOperation = TryTake(LedgerLane.Ordinary, out LedgerOperation? first);
        batch = hasOperation ? [first!] : [];
        return hasOperation || (HasBacklog && !IsBlocked && !_closed);
    }

    private Task<T> Enqueue<T>(LedgerOperation<T> operation)
    {
        lock (_lock)
        {
            if (_closed)
                return Task.FromException<T>(CoordinatorException.ShuttingDown());
            _lanes[(int)operation.Lane].Enqueue(operation);
        }

        _wake.Writer.TryWrite(true);
        return operation.Completion;
    }

    /// <summary>Takes nothing more in; what is waiting is still committed.</summary>
    private void Close()
    {
        lock (_lock)
            _closed = true;
        _wake.Writer.TryWrite(true);
        _wake.Writer.TryComplete();
    }

    /// <summary>The next operation that may be written; those before it that may not are told so.</summary>
    private bool TryTake(LedgerLane lowest, [NotNullWhen(true)] out LedgerOperation? next)
    {
        while (TryDequeue(lowest, out next))
        {
            if (reserve.Admits(next))
                return true;
            next.Fail(StorageErrors.DiskFull());
        }

        return false;
    }

    private bool TryDequeue(LedgerLane lowest, [NotNullWhen(true)] out LedgerOperation? next)
    {
        lock (_lock)
        {
            for (LedgerLane lane = LedgerLane.Urgent; lane >= lowest; lane--)
            {
                if (_lanes[(int)lane].TryDequeue(out next))
                    return true;
            }
        }

        next = null;
        return false;
    }

    /// <param name="batch">The operations; grows by what is waiting while they are applied, if it may.</param>
    /// <returns>Whether all of it is committed.</returns>
    private async Task<bool> CommitAsync(List<LedgerOperation> batch, bool mayGrow)
    {
        Committed committed;
        try
        {
            committed = await TransactAsync(batch, mayGrow);
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            // One of them cannot be committed together with the others: each gets a transaction of its own.
            if (StorageErrors.Translate(exception) is not CoordinatorException)
                LogBatchSplit(exception, batch.Count);
            bool areCommitted = true;
            foreach (LedgerOperation operation in batch)
                areCommitted &= await CommitAsync([operation], mayGrow: false);
            return areCommitted;
        }
        catch (Exception exception)
        {
            Exception cause = StorageErrors.Translate(exception);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull } && batch is [{ UsesReserve: true }] && reserve.TryRelease())
                return await CommitAsync(batch, mayGrow: false);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull or Reasons.StorageUnavailable } && _trouble != cause.Message)
                LogTrouble(_trouble = cause.Message);
            if (batch.Count > 0)
                batch[0].Fail(cause);
            else if (cause is not CoordinatorException)
                LogBacklogFailed(cause);
            return false;
        }

        Publish(committed);
        foreach (LedgerOperation operation in batch)
            operation.Complete();
        return true;
    }

    private async Task<Committed> TransactAsync(List<LedgerOperation> batch, bool mayGrow)
    {
        LedgerConnection connection = _connection ??= await LedgerConnection.OpenAsync(contexts);
        try
        {
            Committed committed = await TransactAsync(connection, batch, mayGrow);
            connection.Db.ChangeTracker.Clear();
            return committed;
        }
        catch
        {
            // Whatever it is in the middle of: the next batch has a new one.
            _connection = null;
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<Committed> TransactAsync(LedgerConnection connection, List<LedgerOperation> batch, bool mayGrow)
    {
        long begun = time.GetTimestamp();
        await using var transaction = await connection.Db.Database.BeginTransactionAsync();
        UnitOfWork work = new(connection, time.GetUtcNow());
        LedgerLane highest = LedgerLane.Ordinary;
        for (int i = 0; i < batch.Count; i++)
        {
            // Once something urgent is in it, it is not made to wait for anything that is less so.
            highest = (LedgerLane)Math.Max((int)highest, (int)batch[i].Lane);
            if (!await TryApplyAsync(work, batch[i]))
                batch.RemoveAt(i--);
            bool hasRoom = i == batch.Count - 1 && batch.Count < MaxBatch && work.Appended < MaxEvents && time.GetElapsedTime(begun) < MaxApply;
            if (mayGrow && hasRoom && TryTake(highest, out LedgerOperation? next))
                batch.Add(next);
        }

        Committed committed = await FinishAsync(work, includeBacklog: highest == LedgerLane.Ordinary && (batch.Count == 0 || !_isBacklogBlocked));
        await transaction.CommitAsync();
        if (_trouble is not null && work.Changes > 0)
        {
            _trouble = null;
            LogTroubleOver();
        }

        return committed;
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

    /// <summary>
    /// Does what follows from what the operations of a transaction changed, and writes all of it. With the space that is kept for
    /// stops nothing follows: a run that starts on a full disk only adds to what has to be stopped.
    /// </summary>
    private async Task<Committed> FinishAsync(UnitOfWork work, bool includeBacklog)
    {
        StepExtent extent = reserve.IsReleased ? StepExtent.Nothing : includeBacklog ? StepExtent.Backlog : StepExtent.OwnChanges;
        foreach (ITransactionStep step in _steps)
            await step.ApplyAsync(work, extent);
        return await work.FlushForCommitAsync();
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
