using Coordinator.Mapping;
using Coordinator.Sessions;

namespace Coordinator.Grpc;

/// <summary>Which sessions a caller means.</summary>
internal static class FilterCheck
{
    /// <param name="filter">Null for all.</param>
    /// <param name="check">Takes what is wrong; the filter means nothing then.</param>
    public static SessionFilter Check(Proto.SessionFilter? filter, RequestCheck check)
    {
        if (filter is null)
            return SessionFilter.All;
        check
            .Enum("filter.statuses", filter.Statuses)
            .Line("filter.agent_name", filter.AgentName, RequestCheck.MaxName)
            .OptionalId("filter.runner_id", filter.RunnerId, Ids.Runner)
            .Labels("filter.labels", filter.Labels, filter.Labels.Count)
            .Line("filter.text", filter.Text, RequestCheck.MaxName);
        return check.HasFailed ? SessionFilter.All : new SessionFilter
        {
            Statuses = [.. filter.Statuses.Distinct().Select(SessionMapping.FromProto)],
            AgentName = filter.AgentName,
            RunnerId = filter.RunnerId,
            Labels = filter.Labels,
            Text = filter.Text,
        };
    }

    /// <summary>Tells filters apart, so that a page token is used with its own filter only.</summary>
    public static string Fingerprint(Proto.SessionFilter? filter) => Grpc.Fingerprint.Of(filter ?? new Proto.SessionFilter());
}
