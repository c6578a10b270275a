using System.Runtime.InteropServices;

namespace Coordinator.Privacy;

/// <summary>
/// Keeps other programs of the same user from this one's memory, descriptors and environment: agents of that user are such programs.
/// On Linux; it also leaves no dumps of crashes.
/// </summary>
internal static partial class PrivateMemory
{
    private const int SetDumpable = 4;          // PR_SET_DUMPABLE

    /// <summary>From now on only root may look inside. What cannot be had is gone without.</summary>
    public static void Close()
    {
        if (OperatingSystem.IsLinux())
            _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
