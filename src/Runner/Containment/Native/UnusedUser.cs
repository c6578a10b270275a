using System.Globalization;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// A number that no user has: no user but the administrator can signal a process whose real and saved user it is, whatever its
/// effective one. It is the greatest that this process may use, which user databases do not give out.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class UnusedUser
{
    public static uint Id { get; } = Find();

    /// <summary>Lines of "first here, first outside, how many"; a kernel without namespaces of users has none.</summary>
    private static uint Find()
    {
        if (!File.Exists("/proc/self/uid_map"))
            return uint.MaxValue - 1;
        uint greatest = File.ReadLines("/proc/self/uid_map")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(range => Number(range[0]) + (Number(range[2]) - 1))
            .DefaultIfEmpty()
            .Max();
        return Credentials.IsOrdinary(greatest) ? greatest : uint.MaxValue - 1;
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
