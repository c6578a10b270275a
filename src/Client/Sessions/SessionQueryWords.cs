using Coordinator.Client.Text;

namespace Coordinator.Client.Sessions;

/// <summary>Which sessions a query selects, in words.</summary>
public static class SessionQueryWords
{
    /// <summary>For example "running or stopping, agent reviewer, “login”"; "every active session" for all.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="runner">The name of its runner, harmless to look at.</param>
    public static string Of(SessionQuery query, string runner)
    {
        List<string> parts = [];
        if (query.Statuses.Count > 0)
            parts.Add(string.Join(" or ", SessionStatuses.All.Where(query.Statuses.Contains).Select(s => s.Word())));
        if (query.Agent.Length > 0)
            parts.Add($"agent {SafeText.Line(query.Agent)}");
        if (query.Runner.Length > 0)
            parts.Add($"runner {runner}");
        if (query.Text.Length > 0)
            parts.Add($"“{SafeText.Line(query.Text)}”");
        return parts.Count == 0 ? "every active session" : string.Join(", ", parts);
    }
}
