namespace Coordinator.Client.Runners;

/// <summary>What a runner says of its executors.</summary>
public static class RunnerExecutors
{
    /// <summary>Those that it has and cannot start, by name.</summary>
    public static IEnumerable<Proto.ExecutorInfo> Unavailable(this Proto.Runner runner) =>
        runner.ExecutorInfos.Where(e => !e.Available);

    /// <summary>
    /// Those that no runner which is online can start, though one has them, by name; as the first of those runners has them.
    /// </summary>
    public static IReadOnlyList<UnavailableExecutor> Unavailable(this IEnumerable<Proto.Runner> runners)
    {
        List<Proto.Runner> online = [.. runners.Where(r => r.Status == Proto.RunnerStatus.Online)];
        HashSet<string> available = [.. online.SelectMany(r => r.Executors)];
        return
        [
            .. online.SelectMany(r => r.Unavailable().Select(e => new UnavailableExecutor(r.Name, e)))
                .Where(e => !available.Contains(e.Executor.Name))
                .DistinctBy(e => e.Executor.Name)
                .OrderBy(e => e.Executor.Name, StringComparer.Ordinal),
        ];
    }
}
