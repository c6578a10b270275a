using Google.Protobuf;

namespace Coordinator.Dashboard.Sessions;

/// <summary>Sessions as text inside a rendered page, for the browser to go on with.</summary>
internal static class CarriedSessions
{
    public static string Write(IEnumerable<Proto.Session> sessions) =>
        new Proto.SessionSnapshot { Sessions = { sessions } }.ToByteString().ToBase64();

    public static IReadOnlyList<Proto.Session> Read(string? text) =>
        text is null ? [] : Proto.SessionSnapshot.Parser.ParseFrom(ByteString.FromBase64(text)).Sessions;
}
