using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;

namespace Coordinator.Storage.Sqlite;

/// <summary>
/// Carries SQLite's write-ahead log over into the database beside the ledger, and not in the middle of a commit that
/// somebody waits for. The ledger itself only does the last bit, between two transactions, because the log can begin
/// anew only when nothing is left of it.
/// </summary>
internal sealed partial class LogCheckpoints(IOptions<StorageOptions> options, ILogger<LogCheckpoints> logger) : BackgroundService
{
    /// <summary>16 MB in pages of 4 KB: large enough to be worth two flushes, small enough to take less than a tenth of a second.</summary>
    private const int PagesBetween = 4_096;

    /// <summary>1 MB, which the ledger carries over in a few milliseconds.</summary>
    private const int FewPages = 256;

    /// <summary>Each carries over what was written during the one before. Readers can keep all of them from getting to the end.</summary>
    private const int MaxPasses = 10;

    private readonly WakeUp _wakeUp = new();
    private int _pages;
    private volatile bool _isAlmostDone;

    /// <summary>To be called by the ledger, on its connection, after a transaction.</summary>
    public void AfterCommit(sqlite3 handle)
    {
        if (_isAlmostDone)
        {
            _isAlmostDone = false;
            Carry(handle);
        }

        _ = raw.sqlite3_db_status(handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int written, out _, resetFlg: 1);
        _pages += written;
        if (_pages < PagesBetween)
            return;
        _pages = 0;
        _wakeUp.Call();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using SqliteConnection connection = new(SqliteSetup.ConnectionString(options.Value));
        await connection.OpenAsync(stoppingToken);
        while (true)
        {
            await _wakeUp.WaitAsync(stoppingToken);
            int left = int.MaxValue;
            for (int pass = 0; left > FewPages && pass < MaxPasses; pass++)
                left = Carry(connection.Handle!);
            _isAlmostDone = left <= FewPages;
        }
    }

    /// <returns>How many pages of the log are left.</returns>
    private int Carry(sqlite3 handle)
    {
        int result = raw.sqlite3_wal_checkpoint_v2(handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out int all, out int carried);
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            LogFailed(raw.sqlite3_errstr(result).utf8_to_string());
        return result == raw.SQLITE_OK ? all - carried : int.MaxValue;
    }

    [LoggerMessage(1103, LogLevel.Warning, "The database's log could not be carried over ({Problem}); it is kept, and tried again")]
    private partial void LogFailed(string problem);
}
