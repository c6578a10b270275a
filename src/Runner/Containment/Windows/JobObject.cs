using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>
/// A job: every process that one of its processes creates is in it too, and closing its last handle ends them all. That
/// holds for the death of the runner as well, which is why an earlier life leaves no survivors.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class JobObject : IDisposable
{
    private const int HeaderSize = 2 * sizeof(uint);

    public JobObject()
    {
        Handle = Kernel32.CreateJobObject(0, 0);
        var limits = new Kernel32.ExtendedLimits { Flags = Kernel32.KillOnJobClose };
        if (Handle.IsInvalid || !Kernel32.SetInformationJobObject(
            Handle, Kernel32.ExtendedLimitInformation, &limits, (uint)sizeof(Kernel32.ExtendedLimits)))
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    public SafeFileHandle Handle { get; }

    public void Terminate() => Kernel32.TerminateJobObject(Handle, 1);

    /// <summary>The ids of all processes in the job.</summary>
    public int[] Members()
    {
        // A count of all, a count of those listed, and the list; it is asked for again with more room if it did not
        // fit.
        for (var room = 64; ; room *= 2)
        {
            var buffer = new byte[HeaderSize + (room * sizeof(nuint))];
            fixed (byte* start = buffer)
            {
                var complete = Kernel32.QueryInformationJobObject(
                    Handle, Kernel32.BasicProcessIdList, start, (uint)buffer.Length, null);
                if (complete)
                {
                    var ids = new ReadOnlySpan<nuint>(start + HeaderSize, (int)((uint*)start)[1]);
                    return [.. ids.ToArray().Select(id => (int)id)];
                }
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != Kernel32.MoreData)
            {
                throw new Win32Exception(error);
            }
        }
    }

    public void Dispose() => Handle.Dispose();
}
