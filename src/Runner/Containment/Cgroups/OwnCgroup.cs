using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>Finds the cgroup of version 2 that this process is in.</summary>
[SupportedOSPlatform("linux")]
internal static class OwnCgroup
{
    private const string Version2 = "0::";

    /// <exception cref="ContainmentUnavailableException">There is none.</exception>
    public static Cgroup Find() =>
        Locate(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"));

    /// <summary>Moves this process back to where it belongs, if that can be done.</summary>
    public static void ReturnTo(Cgroup own)
    {
        using FileDescriptor members = FileDescriptor.Open(Path.Combine(own.Directory, "cgroup.procs"), write: true);
        members.TryWrite("0"u8);
    }

    /// <param name="mounts">The lines of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>.</param>
    /// <exception cref="ContainmentUnavailableException">There is none.</exception>
    internal static Cgroup Locate(IEnumerable<string> mounts, IEnumerable<string> memberships)
    {
        var path = memberships
            .FirstOrDefault(line => line.StartsWith(Version2, StringComparison.Ordinal))?[Version2.Length..]
            ?? throw new ContainmentUnavailableException("the kernel has no cgroup v2");
        if (path.StartsWith("/..", StringComparison.Ordinal))
        {
            throw new ContainmentUnavailableException($"the runner's cgroup {path} is outside of its namespace");
        }

        foreach (var mount in mounts)
        {
            // "31 23 0:28 /root /mount/point options… - type source options"; what is optional ends at the dash.
            var fields = mount.Split(' ');
            var dash = Array.IndexOf(fields, "-", 5);
            if (dash < 0 || fields[dash + 1] != "cgroup2")
            {
                continue;
            }

            var root = Unescape(fields[3]);
            if (root == "/" || path == root || path.StartsWith(root + "/", StringComparison.Ordinal))
            {
                var below = root == "/" ? path : path[root.Length..];
                return new((Unescape(fields[4]) + below).TrimEnd('/'), path);
            }
        }

        throw new ContainmentUnavailableException("no mounted cgroup v2 file system shows the runner's own cgroup");
    }

    /// <summary>Spaces and the like are written as a backslash and three octal digits.</summary>
    private static string Unescape(string field)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                bytes.Add(Convert.ToByte(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(field, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
