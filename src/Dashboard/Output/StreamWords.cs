using Coordinator.Client.Connection;
using Coordinator.Client.Text;

namespace Coordinator.Dashboard.Output;

/// <summary>What is said about a stream that is not live.</summary>
internal static class StreamWords
{
    /// <summary>A loss that is mended at once is not worth a word.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <returns>Null if there is nothing to say.</returns>
    public static string? Of(ConnectionState? connection, DateTimeOffset now)
    {
        if (connection?.LostTime is not { } lost || now - lost < Quiet)
            return null;
        return $"New events have not arrived for {Durations.InWords(now - lost)}. They come when the coordinator can be reached again.";
    }
}
