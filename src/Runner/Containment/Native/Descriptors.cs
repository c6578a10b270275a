using System.Runtime.InteropServices;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>What this process holds open as a whole.</summary>
internal static class Descriptors
{
    private const int SetDescriptorFlags = 2;                   // F_SETFD
    private const int DuplicateCloseOnExec = 1030;              // F_DUPFD_CLOEXEC
    private const int CloseRange = 436;                         // SYS_close_range, the same on every architecture
    private const int CloseRangeCloseOnExec = 4;

    /// <summary>
    /// Keeps every descriptor but 0 to 2 from being inherited, also those that this process itself was born with.
    /// </summary>
    public static void KeepFromChildren()
    {
        if (!OperatingSystem.IsLinux()
            || Libc.SystemCall(CloseRange, 3, unchecked((nint)uint.MaxValue), CloseRangeCloseOnExec) == 0)
        {
            return;
        }

        // Before Linux 5.11.
        foreach (var entry in Directory.EnumerateFiles("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry), out var number) && number > 2)
            {
                _ = Libc.Fcntl(number, SetDescriptorFlags, 1);
            }
        }
    }

    /// <summary>The same file under a number that is at least <paramref name="lowest"/>.</summary>
    public static FileDescriptor DuplicateAbove(FileDescriptor descriptor, int lowest) => DuplicateAbove(descriptor.Number, lowest);

    /// <summary>The same of a descriptor that this process was born with.</summary>
    public static FileDescriptor DuplicateAbove(int descriptor, int lowest)
    {
        var number = Libc.Fcntl(descriptor, DuplicateCloseOnExec, lowest);
        return number >= 0
            ? new(number)
            : throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
    }
}
