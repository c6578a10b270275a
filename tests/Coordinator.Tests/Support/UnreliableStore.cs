using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Support;

/// <summary>A store over a network: what happens to the next commits is up to a test.</summary>
internal sealed class UnreliableStore : ILedgerStore
{
    private readonly Queue<CommitFate> _fates = [];
    private readonly Dictionary<string, long?> _unanswered = [];
    private SqliteLedgerStore _store = null!;
    private bool _isRehearsal;

    /// <summary>Whether nobody can be asked what became of a commit.</summary>
    public bool IsAway { get; set; }

    /// <summary>How many commits were tried.</summary>
    public int Tried { get; private set; }

    public void AddTo(IServiceCollection services) => services.AddSingleton<ILedgerStore>(provider =>
    {
        _store = ActivatorUtilities.CreateInstance<SqliteLedgerStore>(provider);
        return this;
    });

    public void Next(params ReadOnlySpan<CommitFate> fates)
    {
        foreach (CommitFate fate in fates)
            _fates.Enqueue(fate);
        Tried = 0;
    }

    public ValueTask<LedgerRead> ReadAsync(IReadOnlyCollection<LedgerKey> keys) => _store.ReadAsync(keys);

    public async ValueTask<long?> CommitAsync(LedgerWrites writes)
    {
        Tried++;
        CommitFate fate = _isRehearsal ? CommitFate.Made : _fates.TryDequeue(out CommitFate next) ? next : CommitFate.Made;
        if (fate == CommitFate.Conflict)
            return null;
        long? first = fate == CommitFate.LostUnmade ? null : await _store.CommitAsync(writes);
        if (fate == CommitFate.Made)
            return first;
        _unanswered[writes.BatchId] = first;
        throw new CommitInDoubtException(new IOException("The connection was reset."));
    }

    public ValueTask<long?> SettleAsync(LedgerWrites writes) =>
        IsAway ? throw new IOException("There is no connection.") : ValueTask.FromResult(_unanswered[writes.BatchId]);

    public async ValueTask RehearseAsync(Func<ValueTask> play)
    {
        _isRehearsal = true;
        await _store.RehearseAsync(play);
        _isRehearsal = false;
    }

    public void Tidy() => _store.Tidy();

    public Exception Translate(Exception problem) => problem is IOException ? StorageErrors.Unavailable(problem) : _store.Translate(problem);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}

/// <summary>What happens to a commit.</summary>
internal enum CommitFate
{
    Made,

    /// <summary>Another coordinator was faster.</summary>
    Conflict,

    /// <summary>It was made, and the answer is lost.</summary>
    LostMade,

    /// <summary>It was not made, and nobody is told.</summary>
    LostUnmade,
}
