using System.Data.Common;
using Coordinator.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Support;

/// <summary>Lets commits fail as SQLite does when the disk is full, while a test wants it.</summary>
internal sealed class FullDisk : DbTransactionInterceptor
{
    private const int Full = 13;

    private volatile Func<DbContext, bool>? _hasNoRoomFor;

    public bool IsFull
    {
        set => _hasNoRoomFor = value ? _ => true : null;
    }

    /// <summary>Lets only those transactions fail after which there would be something like this.</summary>
    public void HasNoRoomFor<T>(Func<T, bool> what) where T : class =>
        _hasNoRoomFor = db => db.Set<T>().AsNoTracking().AsEnumerable().Any(what);

    /// <summary>Lets only those transactions fail after which this would be so.</summary>
    public void HasNoRoomWhen(Func<CoordinatorDbContext, bool> what) => _hasNoRoomFor = db => what((CoordinatorDbContext)db);

    public void AddTo(IServiceCollection services) =>
        services.ConfigureDbContext<CoordinatorDbContext>(options => options.AddInterceptors(this));

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default) =>
        _hasNoRoomFor?.Invoke(eventData.Context!) == true
            ? throw new SqliteException("database or disk is full", Full)
            : base.TransactionCommittingAsync(transaction, eventData, result, cancellationToken);
}
