using Coordinator.Client.Runners;
using Coordinator.Client.Text;

namespace Coordinator.Dashboard.Starting;

/// <summary>What somebody has filled in to start a session.</summary>
internal sealed class StartForm
{
    public string Name { get; set; } = "";

    public string Executor { get; set; } = "";

    public string Agent { get; set; } = "";

    public string Prompt { get; set; } = "";

    public string Directory { get; set; } = "";

    /// <summary>A runner's id; empty lets the coordinator choose.</summary>
    public string RunnerId { get; set; } = "";

    /// <summary>One <c>key=value</c> a line.</summary>
    public string Labels { get; set; } = "";

    /// <summary>The session that is being repeated, if any, as far as it can be.</summary>
    public static StartForm Like(Proto.Session session, Proto.Run run) => new()
    {
        Name = session.SessionName,
        Executor = session.Executor,
        Agent = session.AgentName,
        Prompt = run.Prompt,
        Directory = session.ProjectDir,
        RunnerId = run.Demands?.RunnerId ?? "",
        Labels = string.Join('\n', session.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")),
    };

    public Proto.StartSessionRequest ToRequest(string requestId)
    {
        Proto.StartSessionRequest request = new()
        {
            SessionName = Name.Trim(),
            Executor = Executor.Trim(),
            AgentName = Agent.Trim(),
            Prompt = Prompt,
            ProjectDir = Directory.Trim(),
            RequestId = requestId,
        };
        if (RunnerId.Length > 0)
            request.Demands = new Proto.RunDemands { RunnerId = RunnerId };
        foreach (string line in Labels.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            request.Labels[equals < 0 ? line : line[..equals].Trim()] = equals < 0 ? "" : line[(equals + 1)..].Trim();
        }

        return request;
    }

    /// <summary>What stands in the way of starting at once, in words; null if nothing does.</summary>
    public string? Obstacle(IReadOnlyCollection<Proto.Runner> runners)
    {
        if (Executor.Trim().Length == 0)
            return null;
        List<Proto.Runner> able =
        [
            .. runners.Where(r => r.Status == Proto.RunnerStatus.Online && !r.Draining
                && r.Executors.Contains(Executor.Trim()) && (RunnerId.Length == 0 || r.RunnerId == RunnerId)),
        ];
        if (able.Count == 0)
        {
            if (Unavailable(runners) is { } unavailable)
            {
                string runner = SafeText.Line(unavailable.Name);
                return $"“{Executor.Trim()}” cannot be started on {runner}. The session would wait until it can.";
            }

            return RunnerId.Length > 0
                ? "That runner is offline, draining, or does not have this executor. The session would wait for it."
                : $"No online runner has the executor “{Executor.Trim()}”. The session would wait for one.";
        }

        return able.All(r => r.ActiveRuns >= r.Capacity)
            ? "Every runner that could take it is full. The session would wait for a free slot."
            : null;
    }

    /// <summary>A runner that is online, has the executor, and cannot start it.</summary>
    private Proto.Runner? Unavailable(IEnumerable<Proto.Runner> runners) => runners.FirstOrDefault(r =>
        r.Status == Proto.RunnerStatus.Online && (RunnerId.Length == 0 || r.RunnerId == RunnerId)
        && r.Unavailable().Any(e => e.Name == Executor.Trim()));
}
