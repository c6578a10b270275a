using System.Runtime.Versioning;
using System.Text;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>Reads the <see cref="RunCookie"/> in a process's environment.</summary>
[SupportedOSPlatform("linux")]
internal static class ProcessCookie
{
    /// <summary>The run and the runner of a process; null if it carries no cookie or is not ours to read.</summary>
    /// <exception cref="IOException">That could not be read.</exception>
    public static (string? RunId, string? RunnerId) Read(int process)
    {
        var environment = ProcFile.ReadAll(process, "environ"u8).Span;
        return (Value(environment, RunCookie.RunVariable), Value(environment, RunCookie.RunnerVariable));
    }

    private static string? Value(ReadOnlySpan<byte> environment, string name)
    {
        foreach (var range in environment.Split((byte)0))
        {
            var entry = environment[range];
            if (entry.Length > name.Length && entry[name.Length] == '=' && Ascii.Equals(entry[..name.Length], name))
            {
                return Encoding.UTF8.GetString(entry[(name.Length + 1)..]);
            }
        }

        return null;
    }
}
