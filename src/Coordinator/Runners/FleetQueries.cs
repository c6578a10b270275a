using Coordinator.Errors;
using Coordinator.Requests;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>Reads runners for operators: what is stored, and what the connections know.</summary>
internal sealed class FleetQueries(IDbContextFactory<CoordinatorDbContext> contexts, RunnerStreams streams)
{
    /// <summary>All lists of runners select the same, so their page tokens fit one another.</summary>
    public const string Filter = "runners";

    /// <exception cref="CoordinatorException">There is no such runner.</exception>
    public async Task<Proto.Runner> GetAsync(string runnerId, CancellationToken cancellationToken) =>
        await ReadAsync(q => q.Where(r => r.RunnerId == runnerId), cancellationToken) is [var runner] ? runner : throw CoordinatorException.RunnerNotFound(runnerId);

    /// <summary>By name; the token is the name and the id of the last one.</summary>
    public async Task<Proto.ListRunnersResponse> ListAsync(int pageSize, string after, CancellationToken cancellationToken)
    {
        string[] last = after.Split('\n', 2);
        string name = last[0], id = last.Length > 1 ? last[1] : "";
        List<Proto.Runner> page = await ReadAsync(
            q => q.Where(r => string.Compare(r.Name, name) > 0 || (r.Name == name && string.Compare(r.RunnerId, id) > 0))
                .OrderBy(r => r.Name).ThenBy(r => r.RunnerId).Take(pageSize + 1),
            cancellationToken);
        Proto.ListRunnersResponse response = new() { Runners = { page.Take(pageSize) } };
        if (page.Count > pageSize)
            response.NextPageToken = PageToken.Make(Filter, $"{page[pageSize - 1].Name}\n{page[pageSize - 1].RunnerId}");
        return response;
    }

    public Task<List<Proto.Runner>> AllAsync(CancellationToken cancellationToken) => ReadAsync(q => q.OrderBy(r => r.Name).ThenBy(r => r.RunnerId), cancellationToken);

    /// <summary>Those of the runners that exist.</summary>
    public Task<List<Proto.Runner>> ManyAsync(IEnumerable<string> runnerIds, CancellationToken cancellationToken) =>
        ReadAsync(q => q.Where(r => runnerIds.Contains(r.RunnerId)), cancellationToken);

    private async Task<List<Proto.Runner>> ReadAsync(Func<IQueryable<RegisteredRunner>, IQueryable<RegisteredRunner>> select, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<RegisteredRunner> runners = await select(db.Runners.AsNoTracking()).ToListAsync(cancellationToken);
        List<string> runnerIds = [.. runners.Select(r => r.RunnerId)];
        Dictionary<string, int> active = await db.Runs.Where(r => RunStatuses.OnRunner.Contains(r.Status) && runnerIds.Contains(r.RunnerId))
            .GroupBy(r => r.RunnerId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. runners.Select(r => ToProto(r, active.GetValueOrDefault(r.RunnerId)))];
    }

    private Proto.Runner ToProto(RegisteredRunner runner, int activeRuns)
    {
        RunnerStream? stream = streams.Find(runner.RunnerId);
        return new Proto.Runner
        {
            RunnerId = runner.RunnerId,
            Name = runner.Name,
            Status = stream is null ? Proto.RunnerStatus.Offline : Proto.RunnerStatus.Online,
            Draining = runner.Draining,
            DrainReason = runner.DrainReason,
            Hostname = runner.Hostname,
            ProjectDir = runner.ProjectDir,
            Executors = { runner.Executors },
            Tags = { runner.Tags },
            Capacity = runner.Capacity,
            ActiveRuns = activeRuns,
            Version = runner.RunnerVersion,
            Epoch = runner.Epoch,
            ConnectTime = runner.ConnectTime.ToProto(),
            LastHeartbeatTime = (stream?.LastHeard ?? runner.DisconnectTime ?? runner.ConnectTime).ToProto(),
            Containment = runner.Containment,
            Isolation = RunMapping.ToProto(runner.Isolation),
            DrainTime = runner.DrainTime?.ToProto(),
            DrainDeadlineTime = runner.DrainDeadline?.ToProto(),
            DrainRequestedBy = runner.DrainRequestedBy,
            ExecutorInfos = { runner.ExecutorInfos.Select(e => e.ToProto()) },
        };
    }
}
