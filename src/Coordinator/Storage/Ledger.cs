using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Coordinator.Dispatch;
using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Storage;

/// <summary>
/// The single writer. Callers hand it operations; it applies as many as are waiting to one transaction, commits once, and
/// only then completes the callers (group commit): what a caller was told is on disk. Commands and news that follow from
/// a change leave in the order of the commits, and never before theirs.
/// </summary>
/// <remarks>
/// An operation reads and changes entities through its <see cref="LedgerScope"/> and touches nothing else. It may be run
/// again in a transaction of its own when another one spoiled the batch, so it must not leave traces outside of the scope.
/// </remarks>
internal sealed partial class Ledger(
    IDbContextFactory<CoordinatorDbContext> contexts,
    Dispatcher dispatcher,
    SessionFeed sessions,
    SessionEventSignals timelines,
    RunnerFeed runners,
    LogCheckpoints checkpoints,
    StorageReserve reserve,
    CoordinatorMetrics metrics,
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

    private readonly Lock _lock = new();
    private readonly Queue<LedgerOperation>[] _lanes = [.. Enum.GetValues<LedgerLane>().Select(_ => new Queue<LedgerOperation>())];
    private bool _closed;

    /// <summary>Null before the first batch, and after one that failed.</summary>
    private LedgerConnection? _connection;

    /// <summary>Why nothing could be written the last time; null if something was.</summary>
    private string? _trouble;

    /// <summary>Whether something was left undone because it could not be written; the next commit goes on with it.</summary>
    public bool HasStalled { get; private set; }

    /// <summary>Applies an operation and returns when it is committed.</summary>
    /// <param name="apply">The operation.</param>
    /// <param name="failed">Told, before any later operation is applied, that this one could not be committed. Runs on the writer.</param>
    /// <param name="usesReserve">Whether it may use the space that is kept free for stops; null if it may not. Changes nothing.</param>
    /// <exception cref="CoordinatorException">The operation refused, or nothing can be written (and nothing was).</exception>
    public Task<T> ExecuteAsync<T>(
        Func<LedgerScope, ValueTask<T>> apply, Action<Exception>? failed = null, Func<LedgerScope, ValueTask<bool>>? usesReserve = null) =>
        Enqueue(new LedgerOperation<T>(apply, failed, LedgerLane.Ordinary) { MayUseReserve = usesReserve });

    /// <summary>As <see cref="ExecuteAsync"/>, ahead of everything in lower lanes.</summary>
    public Task<T> ExecuteAsync<T>(LedgerLane lane, Func<LedgerScope, ValueTask<T>> apply) => Enqueue(new LedgerOperation<T>(apply, failed: null, lane));

    /// <summary>Commits something that matters to nobody: only a real write finds out that the disk is full.</summary>
    /// <exception cref="CoordinatorException">Nothing can be written.</exception>
    public Task ProveWritableAsync() => ExecuteAsync(async scope =>
    {
        (await scope.ChangeStateAsync()).CheckTime = scope.Now;
        return true;
    });

    /// <summary>Does with an operation what is done with any other, and takes it back instead of committing it. Nobody hears of it.</summary>
    public async Task RehearseAsync(Func<LedgerScope, ValueTask> play)
    {
        await using LedgerConnection connection = await LedgerConnection.OpenAsync(contexts);
        await using var transaction = await connection.Db.Database.BeginTransactionAsync();
        LedgerScope scope = new(connection, time.GetUtcNow());
        await play(scope);
        await SettleAsync(scope, goesOn: false);
        await transaction.RollbackAsync();
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Reads what is kept in memory from then on. Once, before the first batch.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        reserve.Fill();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        sessions.Begin((await db.LedgerStates.AsNoTracking().SingleAsync(cancellationToken)).Revision);
        await dispatcher.BeginAsync(db, cancellationToken);
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
    /// As <see cref="RunAsync"/> on a thread of its own: what everybody waits for must not queue behind what floods the
    /// thread pool.
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
        while (TryBegin(out List<LedgerOperation> batch))
        {
            bool isCommitted = await CommitAsync(batch, mayGrow: true);
            HasStalled = reserve.IsReleased ? HasStalled || dispatcher.HasMore : !isCommitted && (HasStalled || batch.Count == 0);
            if (_connection is { } connection)
                checkpoints.AfterCommit(connection.Db);
        }
    }

    /// <returns>Whether there is something to do; an empty batch dispatches only.</returns>
    private bool TryBegin(out List<LedgerOperation> batch)
    {
        bool hasOperation = TryTake(LedgerLane.Ordinary, out LedgerOperation? first);
        batch = hasOperation ? [first!] : [];
        return hasOperation || (dispatcher.HasMore && !HasStalled && !reserve.IsReleased && !_closed);
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
        LedgerScope scope;
        try
        {
            scope = await TransactAsync(batch, mayGrow);
        }
        catch (Exception problem) when (batch.Count > 1)
        {
            // One of them cannot be committed together with the others: each gets a transaction of its own.
            if (StorageErrors.Translate(problem) is not CoordinatorException)
                LogBatchSplit(problem, batch.Count);
            bool areCommitted = true;
            foreach (LedgerOperation operation in batch)
                areCommitted &= await CommitAsync([operation], mayGrow: false);
            return areCommitted;
        }
        catch (Exception problem)
        {
            Exception cause = StorageErrors.Translate(problem);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull } && batch is [{ UsesReserve: true }] && reserve.TryRelease())
                return await CommitAsync(batch, mayGrow: false);
            if (cause is CoordinatorException { Reason: Reasons.StorageFull or Reasons.StorageUnavailable } && _trouble != cause.Message)
                LogTrouble(_trouble = cause.Message);
            if (batch.Count > 0)
                batch[0].Fail(cause);
            else if (cause is not CoordinatorException)
                LogDispatchFailed(cause);
            return false;
        }

        if (_trouble is not null && scope.Changes > 0)
        {
            _trouble = null;
            LogTroubleOver();
        }

        try
        {
            Announce(scope);
        }
        catch (Exception problem)
        {
            // Committed all the same: commands are derived from the database again, watchers from their revision.
            LogAnnounceFailed(problem);
        }

        foreach (LedgerOperation operation in batch)
            operation.Complete();
        return true;
    }

    private async Task<LedgerScope> TransactAsync(List<LedgerOperation> batch, bool mayGrow)
    {
        LedgerConnection connection = _connection ??= await LedgerConnection.OpenAsync(contexts);
        try
        {
            LedgerScope scope = await TransactAsync(connection, batch, mayGrow);
            connection.Db.ChangeTracker.Clear();
            return scope;
        }
        catch
        {
            // Whatever it is in the middle of: the next batch has a new one.
            _connection = null;
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<LedgerScope> TransactAsync(LedgerConnection connection, List<LedgerOperation> batch, bool mayGrow)
    {
        long begun = time.GetTimestamp();
        await using var transaction = await connection.Db.Database.BeginTransactionAsync();
        LedgerScope scope = new(connection, time.GetUtcNow());
        LedgerLane highest = LedgerLane.Ordinary;
        for (int i = 0; i < batch.Count; i++)
        {
            // Once something urgent is in it, it is not made to wait for anything that is less so.
            highest = (LedgerLane)Math.Max((int)highest, (int)batch[i].Lane);
            if (!await TryApplyAsync(scope, batch[i]))
                batch.RemoveAt(i--);
            bool hasRoom = i == batch.Count - 1 && batch.Count < MaxBatch && scope.Appended < MaxEvents && time.GetElapsedTime(begun) < MaxApply;
            if (mayGrow && hasRoom && TryTake(highest, out LedgerOperation? next))
                batch.Add(next);
        }

        await SettleAsync(scope, goesOn: highest == LedgerLane.Ordinary && (batch.Count == 0 || !HasStalled));
        await transaction.CommitAsync();
        return scope;
    }

    /// <summary>
    /// Applies an operation, unless it turns out to be none of those that the space on the disk is kept for. Asked each time, also
    /// of those that are tried alone: one before them may have taken that space.
    /// </summary>
    private async ValueTask<bool> TryApplyAsync(LedgerScope scope, LedgerOperation operation)
    {
        await operation.LookAsync(scope);
        if (reserve.Admits(operation))
        {
            await operation.ApplyAsync(scope);
            return true;
        }

        operation.Fail(StorageErrors.DiskFull());
        return false;
    }

    /// <summary>
    /// Writes what the operations of a transaction changed, and what follows from it. Nothing is dispatched with the space that is
    /// kept for stops: a run that starts on a full disk only adds to what has to be stopped.
    /// </summary>
    /// <param name="scope">The transaction.</param>
    /// <param name="goesOn">Whether the dispatch also does what earlier ones have left to do.</param>
    private async Task SettleAsync(LedgerScope scope, bool goesOn)
    {
        if (!reserve.IsReleased && (scope.WantsDispatch || (goesOn && dispatcher.HasMore)))
            await dispatcher.DispatchAsync(scope, goesOn);
        await scope.SealAsync();
    }

    private void Announce(LedgerScope scope)
    {
        try
        {
            foreach (Action effect in scope.Effects)
                effect();
        }
        finally
        {
            dispatcher.Settle(scope);
        }

        sessions.Publish(scope.News);
        timelines.Raise(scope.Timelines);
        runners.Publish(scope.Runners);
        foreach (RunMove move in scope.Moves)
            metrics.Moved(move);
    }

    [LoggerMessage(1001, LogLevel.Warning, "A batch of {Count} operations could not be committed as one; each is tried alone")]
    private partial void LogBatchSplit(Exception problem, int count);

    [LoggerMessage(1005, LogLevel.Error, "Waiting runs could not be given to runners; that is tried again")]
    private partial void LogDispatchFailed(Exception problem);

    [LoggerMessage(1003, LogLevel.Warning, "{Message}")]
    private partial void LogTrouble(string message);

    [LoggerMessage(1004, LogLevel.Information, "The database can be written again")]
    private partial void LogTroubleOver();

    [LoggerMessage(1002, LogLevel.Error, "Something went wrong after a commit; the commit stands")]
    private partial void LogAnnounceFailed(Exception problem);
}
