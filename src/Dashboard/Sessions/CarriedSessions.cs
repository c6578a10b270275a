using Google.Protobuf;

namespace Coordinator.Dashboard.Sessions;

/// <summary>Sessions as text inside a rendered page, for the browser to go on with.</summary>
internal static class CarriedSessions
{
    /// <summary>The element that holds them, in <c>data-sessions</c>, beside the address for gRPC tools in <c>data-grpc-url</c>.</summary>
    public const string ElementId = "carried";

    public static string Write(IEnumerable<Proto.Session> sessions) =>
        new Proto.SessionSnapshot { Sessions = { sessions } }.ToByteString().ToBase64();

    public static IReadOnlyList<Proto.Session> Read(string? text) =>
        string.IsNullOrEmpty(text) ? [] : Proto.SessionSnapshot.Parser.ParseFrom(ByteString.FromBase64(text)).Sessions;
}
