using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// A pidfd: it stands for one process and never for a later one with the same number, and it tells of its end, also of
/// a process that is not a child.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ProcessHandle : IDisposable
{
    private const int OpenCall = 434;           // SYS_pidfd_open, the same on every architecture
    private const int SignalCall = 424;         // SYS_pidfd_send_signal

    private ProcessHandle(int number) => Descriptor = new(number);

    public FileDescriptor Descriptor { get; }

    /// <summary>Whether the process has ended, collected or not.</summary>
    public bool HasExited => Descriptor.WaitReadable(0);

    /// <summary>Null if there is no such process.</summary>
    public static ProcessHandle? TryOpen(int process)
    {
        var number = (int)Libc.SystemCall(OpenCall, process, 0);
        return number >= 0 ? new(number) : null;
    }

    /// <summary>False if the process is gone or belongs to somebody else.</summary>
    public bool TrySignal(int signal)
    {
        if (!Descriptor.TryHold())
        {
            return false;
        }

        try
        {
            return Libc.SystemCall(SignalCall, Descriptor.Number, signal) == 0;
        }
        finally
        {
            Descriptor.DangerousRelease();
        }
    }

    public void Dispose() => Descriptor.Dispose();

    /// <summary>Why pidfds do not work here, or null.</summary>
    public static string? Unavailable()
    {
        using var self = TryOpen(Environment.ProcessId);
        return self is not null
            ? null
            : $"pidfd_open does not work ({Marshal.GetLastPInvokeErrorMessage()}); Linux 5.3 is needed";
    }
}
