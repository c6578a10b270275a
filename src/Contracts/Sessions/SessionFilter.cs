namespace Coordinator.Contracts.V1;

public sealed partial class SessionFilter
{
    /// <summary>
    /// Whether it selects a session. The coordinator's query of its database and a client that filters what it watches have to
    /// select the same ones, so that a stop of all that match stops what is shown.
    /// </summary>
    public bool Matches(Session session) =>
        (Statuses.Count == 0 || Statuses.Contains(session.Status))
        && (AgentName.Length == 0 || session.AgentName == AgentName)
        && (RunnerId.Length == 0 || session.RunnerId == RunnerId)
        && (Labels.Count == 0 || Labels.All(label => session.Labels.TryGetValue(label.Key, out string? value) && value == label.Value))
        && (Text.Length == 0 || IsIn(session.SessionName) || IsIn(session.SessionId) || IsIn(session.AgentName)
            || IsIn(session.ProjectDir) || IsIn(session.RunId));

    /// <summary>As SQLite's LIKE: without regard to case for ASCII letters only.</summary>
    private bool IsIn(string text)
    {
        // Whatever is equal but for the case of ASCII letters is also equal but for that of all letters, and that is found fast.
        for (int start = text.IndexOf(Text, StringComparison.OrdinalIgnoreCase); start >= 0;
            start = text.IndexOf(Text, start + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (IsAt(text.AsSpan(start, Text.Length)))
                return true;
        }

        return false;
    }

    private bool IsAt(ReadOnlySpan<char> part)
    {
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] != Text[i] && !(char.IsAsciiLetter(part[i]) && (part[i] | ' ') == (Text[i] | ' ')))
                return false;
        }

        return true;
    }
}
