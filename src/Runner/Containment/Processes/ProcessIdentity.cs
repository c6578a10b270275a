using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>
/// One process for good: its number alone may be given to another one when it is gone. The start time is in the
/// kernel's clock ticks since the machine's start.
/// </summary>
internal readonly record struct ProcessIdentity(int Id, ulong StartTime)
{
    /// <summary>
    /// Signals this process and never a later one of the same number; false if it is gone or not ours.
    /// </summary>
    /// <exception cref="IOException">It could not be looked at whether it is still this one.</exception>
    [SupportedOSPlatform("linux")]
    public bool TrySignal(int signal)
    {
        // The handle is taken first: whatever dies after the comparison, the handle still means the process compared.
        using var handle = ProcessHandle.TryOpen(Id);
        return handle is not null
            && ProcessStat.TryRead(this) is not null
            && handle.TrySignal(signal);
    }
}
