using System.Runtime.InteropServices;

namespace Coordinator.Testing.Processes;

/// <summary>
/// Removes the cgroups of runners that were killed, as the next runner would. A living runner holds a lock on its own.
/// </summary>
public static partial class CgroupLeftovers
{
    private const int CloseOnExec = 0x80000;        // O_CLOEXEC
    private const int LockAloneAtOnce = 2 | 4;      // LOCK_EX | LOCK_NB

    public static void Remove()
    {
        foreach (string home in Homes())
        {
            int descriptor = open(home, CloseOnExec);
            if (descriptor < 0)
                continue;
            if (flock(descriptor, LockAloneAtOnce) == 0)
                RemoveAll(home);
            _ = close(descriptor);
        }
    }

    /// <summary>The cgroups of runners beneath the one that this process is in.</summary>
    public static IReadOnlyList<string> Homes()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        string? mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(one => one[2] == "cgroup2")?[1];
        string? own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..];
        if (mount is null || own is null || !Directory.Exists(mount + own))
            return [];
        return Directory.GetDirectories(mount + own, "coordinator-rnr_*");
    }

    /// <summary>What a process lives in stays.</summary>
    private static void RemoveAll(string directory)
    {
        foreach (string child in Directory.GetDirectories(directory))
            RemoveAll(child);
        _ = rmdir(directory);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);
}
