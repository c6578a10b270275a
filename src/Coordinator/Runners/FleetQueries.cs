using Coordinator.Connections;
using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>Reads runners for operators.</summary>
internal sealed class FleetQueries(IDbContextFactory<CoordinatorDbContext> contexts, RunnerStreams streams, CoordinatorIdentity self)
{
    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public async Task<RunnerView> GetAsync(Caller caller, string runnerId, CancellationToken cancellationToken) =>
        await ReadAsync(caller, q => q.Where(r => r.RunnerId == runnerId), cancellationToken) is [var runner] ? runner : throw CoordinatorException.RunnerNotFound(runnerId);

    /// <summary>By name, and those of one name by id.</summary>
    /// <param name="afterName">The name and the id of the last one before; empty for the first page.</param>
    /// <returns>One more than asked for, if there are more.</returns>
    public Task<IReadOnlyList<RunnerView>> ListAsync(Caller caller, int pageSize, string afterName, string afterId, CancellationToken cancellationToken) => ReadAsync(
        caller,
        q => q.Where(r => string.Compare(r.Name, afterName) > 0 || (r.Name == afterName && string.Compare(r.RunnerId, afterId) > 0))
            .OrderBy(r => r.Name).ThenBy(r => r.RunnerId).Take(pageSize + 1),
        cancellationToken);

    public Task<IReadOnlyList<RunnerView>> AllAsync(Caller caller, CancellationToken cancellationToken) =>
        ReadAsync(caller, q => q.OrderBy(r => r.Name).ThenBy(r => r.RunnerId), cancellationToken);

    /// <summary>Those of the runners that exist.</summary>
    public Task<IReadOnlyList<RunnerView>> ManyAsync(Caller caller, IReadOnlyCollection<string> runnerIds, CancellationToken cancellationToken) =>
        ReadAsync(caller, q => q.Where(r => runnerIds.Contains(r.RunnerId)), cancellationToken);

    private async Task<IReadOnlyList<RunnerView>> ReadAsync(
        Caller caller, Func<IQueryable<RegisteredRunner>, IQueryable<RegisteredRunner>> select, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<RegisteredRunner> runners = await select(db.Runners.AsNoTracking()).ToListAsync(cancellationToken);
        List<string> runnerIds = [.. runners.Select(r => r.RunnerId)];
        Dictionary<string, int> active = await db.Runs.Where(r => RunStatuses.OnRunner.Contains(r.Status) && runnerIds.Contains(r.RunnerId))
            .GroupBy(r => r.RunnerId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. runners.Select(r => ViewOf(r, active.GetValueOrDefault(r.RunnerId)))];
    }

    /// <summary>
    /// The coordinator that holds a connection knows more of it than the row: when it was last heard of, and that it has ended where
    /// that could not be stored yet.
    /// </summary>
    private RunnerView ViewOf(RegisteredRunner runner, int activeRuns)
    {
        RunnerStream? stream = streams.Find(runner.RunnerId) is { } newest && newest.Epoch == runner.Epoch ? newest : null;
        bool isConnected = runner.IsConnected && (stream is not null || runner.CoordinatorId != self.Id);
        return new RunnerView(runner, isConnected, activeRuns, stream?.LastHeard ?? runner.DisconnectTime ?? runner.ConnectTime);
    }
}
