using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Support;

/// <summary>Lets commits fail as SQLite does when the disk is full, while a test wants it.</summary>
internal sealed class FullDisk
{
    private const int Full = 13;

    private volatile Func<LedgerWrites, bool>? _hasNoRoomFor;

    public bool IsFull
    {
        set => _hasNoRoomFor = value ? _ => true : null;
    }

    /// <summary>Lets only those commits fail that write something like this.</summary>
    public void HasNoRoomFor(Func<LedgerWrites, bool> what) => _hasNoRoomFor = what;

    public void AddTo(IServiceCollection services) =>
        services.AddSingleton<ILedgerStore>(provider => new Store(this, ActivatorUtilities.CreateInstance<SqliteLedgerStore>(provider)));

    private sealed class Store(FullDisk disk, ILedgerStore store) : ILedgerStore
    {
        private bool _isRehearsal;

        public ValueTask<LedgerRead> ReadAsync(IReadOnlyCollection<LedgerKey> keys) => store.ReadAsync(keys);

        public ValueTask<long?> CommitAsync(LedgerWrites writes) => !_isRehearsal && disk._hasNoRoomFor?.Invoke(writes) == true
            ? throw new SqliteException("database or disk is full", Full)
            : store.CommitAsync(writes);

        public ValueTask<long?> SettleAsync(LedgerWrites writes) => store.SettleAsync(writes);

        public async ValueTask RehearseAsync(Func<ValueTask> play)
        {
            _isRehearsal = true;
            await store.RehearseAsync(play);
            _isRehearsal = false;
        }

        public void Tidy() => store.Tidy();

        public Exception Translate(Exception problem) => store.Translate(problem);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
