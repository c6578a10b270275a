namespace Coordinator.Client.Sessions;

/// <summary>The order of the list. Sessions that are equal in it are ordered newest first; no two are the same.</summary>
public sealed class SessionComparer(SessionSort sort, bool descending) : IComparer<Proto.Session>
{
    public int Compare(Proto.Session? x, Proto.Session? y)
    {
        int order = sort switch
        {
            SessionSort.Started => string.CompareOrdinal(x!.SessionId, y!.SessionId),
            SessionSort.Status => x!.Status.Urgency().CompareTo(y!.Status.Urgency()),
            SessionSort.Name => string.Compare(x!.SessionName, y!.SessionName, StringComparison.OrdinalIgnoreCase),
            SessionSort.Agent => string.Compare(x!.AgentName, y!.AgentName, StringComparison.OrdinalIgnoreCase),
            SessionSort.Runner => string.Compare(x!.Hostname, y!.Hostname, StringComparison.OrdinalIgnoreCase),
        };
        if (order != 0)
            return descending ? -order : order;
        return string.CompareOrdinal(y!.SessionId, x!.SessionId);
    }
}
