using Coordinator.Client.Text;

namespace Coordinator.Client.Sessions;

/// <summary>Sessions as people recognise them, harmless to look at.</summary>
public static class SessionNames
{
    /// <summary>Its name, or its id in short.</summary>
    public static string NameOf(Proto.Session session) => SafeText.Line(session.SessionName.Length > 0 ? session.SessionName : ShortId(session.SessionId));

    /// <summary>Any id, at most 12 characters of it: its kind and its end, for example <c>ses_…m8f7jr</c>.</summary>
    public static string ShortId(string id) => id.Length <= 12 ? id : $"{id[..4]}…{id[^6..]}";

    /// <summary>The host of its runner, or "its runner".</summary>
    public static string RunnerOf(Proto.Session session) => session.Hostname.Length > 0 ? SafeText.Line(session.Hostname) : "its runner";
}
