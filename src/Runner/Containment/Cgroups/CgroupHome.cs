using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>
/// The cgroup beneath which one runner makes those of its runs. A runner holds a shared lock on the directory as long as
/// it lives, and the kernel gives the lock back however it dies: a home that can be locked alone, with no process in it,
/// is abandoned for certain, and whoever comes across it removes it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupHome : IDisposable
{
    private const string Prefix = "coordinator-";

    private const int Shared = 1;           // LOCK_SH
    private const int AloneAtOnce = 2 | 4;  // LOCK_EX | LOCK_NB

    private readonly FileDescriptor _lock;

    private CgroupHome(Cgroup cgroup, FileDescriptor held) => (Cgroup, _lock) = (cgroup, held);

    public Cgroup Cgroup { get; }

    /// <summary>Makes a runner's home, or takes over that of its previous process.</summary>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public static CgroupHome Open(Cgroup parent, string runnerId)
    {
        Cgroup cgroup = parent.Child(Prefix + runnerId);
        while (true)
        {
            cgroup.Create();
            if (TryLock(cgroup, Shared) is not { } held)
                continue;

            // Between the two it may have been taken for an abandoned one; the lock is then on a directory that is gone.
            if (cgroup.Exists)
                return new CgroupHome(cgroup, held);
            held.Dispose();
        }
    }

    /// <summary>Removes the homes of runners that are gone, with the empty cgroups of their runs.</summary>
    public static void RemoveAbandoned(Cgroup parent)
    {
        foreach (Cgroup home in parent.Children.Where(child => child.Name.StartsWith(Prefix, StringComparison.Ordinal)))
            RemoveIfAbandoned(home);
    }

    /// <summary>Gives the home up and removes it, unless something still lives there or another process holds it.</summary>
    public void Dispose()
    {
        if (_lock.IsClosed)
            return;
        _lock.Dispose();
        RemoveIfAbandoned(Cgroup);
    }

    private static void RemoveIfAbandoned(Cgroup home)
    {
        try
        {
            using FileDescriptor? held = TryLock(home, AloneAtOnce);
            if (held is not null && !home.IsPopulated)
                home.TryRemove();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another user's, for example: whoever may look at it removes it.
        }
    }

    /// <returns>Null if it is gone, or locked by another process.</returns>
    /// <exception cref="IOException">It cannot be opened or locked.</exception>
    private static FileDescriptor? TryLock(Cgroup cgroup, int operation)
    {
        const int NoSuchFile = 2;       // ENOENT
        const int WouldBlock = 11;      // EWOULDBLOCK
        FileDescriptor directory;
        try
        {
            directory = FileDescriptor.Open(cgroup.Directory);
        }
        catch (Win32Exception exception)
        {
            return exception.NativeErrorCode == NoSuchFile ? null : throw new IOException(exception.Message, exception);
        }

        while (Libc.Lock(directory.Number, operation) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == Libc.Interrupted)
                continue;
            directory.Dispose();
            return error == WouldBlock ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }

        return directory;
    }
}
