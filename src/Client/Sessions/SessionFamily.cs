namespace Coordinator.Client.Sessions;

/// <summary>Who started whom.</summary>
public static class SessionFamily
{
    /// <summary>The descendants of a session, each after its parent.</summary>
    public static IReadOnlyList<Proto.Session> DescendantsOf(string sessionId, SessionsState state)
    {
        ILookup<string, Proto.Session> children = state.Sessions.Values
            .Where(s => s.ParentSessionId.Length > 0)
            .ToLookup(s => s.ParentSessionId);
        List<Proto.Session> found = [];
        Queue<string> parents = new([sessionId]);
        HashSet<string> seen = [sessionId];
        while (parents.TryDequeue(out string? parent))
        {
            foreach (Proto.Session child in children[parent].Where(c => seen.Add(c.SessionId)).OrderBy(c => c.SessionId, StringComparer.Ordinal))
            {
                found.Add(child);
                parents.Enqueue(child.SessionId);
            }
        }

        return found;
    }

    public static IReadOnlyList<Proto.Session> ActiveDescendantsOf(string sessionId, SessionsState state) =>
        [.. DescendantsOf(sessionId, state).Where(s => s.Status.IsActive())];
}
