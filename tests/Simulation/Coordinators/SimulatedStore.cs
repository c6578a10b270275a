using Coordinator.Model;
using Coordinator.Simulation.Engine;
using Coordinator.Storage;

namespace Coordinator.Simulation.Coordinators;

/// <summary>
/// The store as a ledger may meet it: each read and each commit takes its time, a commit finds that another coordinator was faster, or
/// its answer is lost, whether it was made or not. Dies with the coordinator; what it wrote is in the database.
/// </summary>
internal sealed class SimulatedStore(World world, Life life, ILedgerStore store) : ILedgerStore
{
    private const int RivalOnceIn = 10;
    private const int LostAnswerOnceIn = 60;
    private const int UnreachableOnceIn = 3;

    /// <summary>What became of commits whose answers were lost.</summary>
    private readonly Dictionary<string, long?> _unanswered = [];

    private bool _isRehearsal;

    public async ValueTask<LedgerRead> ReadAsync(IReadOnlyCollection<LedgerKey> keys)
    {
        await TakeTimeAsync();
        LedgerRead read = await store.ReadAsync(keys);
        await TakeTimeAsync();
        return read;
    }

    public async ValueTask<long?> CommitAsync(LedgerWrites writes)
    {
        if (_isRehearsal)
            return await store.CommitAsync(writes);
        await TakeTimeAsync();
        string? rival = Happens(RivalOnceIn) ? Compete(writes) : null;
        bool isAnswerLost = Happens(LostAnswerOnceIn);
        bool isMade = !isAnswerLost || world.Simulator.Random.Next(2) == 0;
        long newest = world.Database.NewestRevision();
        long? first = isMade ? await MakeAsync(writes) : null;
        if (first is not null && rival is not null)
            world.Checks.Violate($"A commit was made although {rival} had changed since it was read.");
        if (first <= newest && writes.Revisions > 0)
            world.Checks.Violate($"Revision {first} was given although there was {newest}.");
        if (isAnswerLost)
        {
            world.Story.Tell("store", isMade ? "the answer to a commit is lost" : "a commit is lost");
            _unanswered[writes.BatchId] = first;
            throw new CommitInDoubtException(new IOException("The connection was reset."));
        }

        await TakeTimeAsync();
        return first;
    }

    public async ValueTask<long?> SettleAsync(LedgerWrites writes)
    {
        await TakeTimeAsync();
        return Happens(UnreachableOnceIn) ? throw new IOException("There is no connection.") : _unanswered[writes.BatchId];
    }

    public async ValueTask RehearseAsync(Func<ValueTask> play)
    {
        _isRehearsal = true;
        await store.RehearseAsync(play);
        _isRehearsal = false;
    }

    public void Tidy() => store.Tidy();

    public Exception Translate(Exception problem) =>
        problem is IOException or CommitInDoubtException ? StorageErrors.Unavailable(problem) : store.Translate(problem);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask<long?> MakeAsync(LedgerWrites writes)
    {
        world.Database.Committing?.Invoke();
        long? first = await store.CommitAsync(writes);
        if (first is not null)
            world.Database.Committed?.Invoke();
        return first;
    }

    /// <summary>
    /// Another coordinator changes something between the read and the commit: a row that the commit changes or rests on, and something
    /// that watchers are told of.
    /// </summary>
    /// <returns>What the commit must find out; null if it does not concern it.</returns>
    private string? Compete(LedgerWrites writes)
    {
        world.Database.Execute($"""
            INSERT INTO "DeletedSessions" VALUES ('ses_of_another_{world.Simulator.Random.Next():x8}', {world.Database.NewestRevision() + 1})
            """);
        List<(string Table, string Key, string Id)> rows = [.. RestsOn(writes)];
        if (rows.Count == 0)
            return null;
        (string table, string key, string id) = rows[world.Simulator.Random.Next(rows.Count)];
        world.Story.Tell("store", $"another coordinator changes {id}");
        return world.Database.Execute($"""UPDATE "{table}" SET "Version" = "Version" + 1 WHERE "{key}" = '{id}'""") > 0 ? id : null;
    }

    /// <summary>By what is decided, not by what the ledger says that it looked at.</summary>
    private static IEnumerable<(string Table, string Key, string Id)> RestsOn(LedgerWrites writes)
    {
        foreach (Run run in Changed(writes.Runs))
            yield return ("Runs", "RunId", run.RunId);
        foreach (Session session in Changed(writes.Sessions))
            yield return ("Sessions", "SessionId", session.SessionId);
        foreach (RegisteredRunner runner in Changed(writes.Runners))
            yield return ("Runners", "RunnerId", runner.RunnerId);
        // A claim is for a connection, and a child's start for a parent that is not being stopped.
        foreach (Run run in writes.Runs.Select(write => write.Entity).Where(run => run.Status == RunStatus.Claimed && run.ClaimTime == writes.Time))
            yield return ("Runners", "RunnerId", run.RunnerId);
        foreach (Session child in writes.Sessions.Where(write => write.Kind == RowWriteKind.Insert).Select(write => write.Entity))
        {
            if (child.ParentSessionId.Length > 0)
                yield return ("Sessions", "SessionId", child.ParentSessionId);
        }
    }

    private static IEnumerable<T> Changed<T>(IEnumerable<RowWrite<T>> writes)
        where T : class => writes.Where(write => write.Kind is RowWriteKind.Change or RowWriteKind.ChangeAndCount).Select(write => write.Entity);

    private bool Happens(int onceIn) => world.IsTroubled && world.Simulator.Random.Next(onceIn) == 0;

    /// <summary>Mostly none worth telling, and now and then some.</summary>
    private async ValueTask TakeTimeAsync()
    {
        if (world.IsTroubled && world.Simulator.Random.Next(20) == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(world.Simulator.Random.Next(1, 50)), life.Time);
    }
}
