using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Coordinator.Testing.Processes;

/// <summary>Sends signals to processes.</summary>
public static partial class Signals
{
    private const int NoSuchProcess = 3;

    public static int Kill => 9;

    public static int Terminate => 15;

    public static int Interrupt => 2;

    // These two are numbered differently on macOS.
    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    /// <summary>Sends a signal. A process that has ended meanwhile is none to complain about.</summary>
    public static void Send(int processId, int signal)
    {
        // 0 and negative numbers mean groups of processes, among them the test's own.
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 2);
        if (kill(processId, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
