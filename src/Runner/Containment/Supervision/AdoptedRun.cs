using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>How to recognise the processes of a run whose supervisor is dead.</summary>
[SupportedOSPlatform("linux")]
internal sealed class AdoptedRun(string runId, ProcessLedger seen)
{
    private readonly int _ownSession = Libc.GetSessionId(0);

    /// <summary>
    /// It was seen in the run before; or it carries the run's cookie; or it is a child of the runner that the runner
    /// never started, in a session other than the runner's, with nothing to say that it belongs to another run. The
    /// last kind was orphaned by a dead supervisor, and what a dead supervisor leaves is to be ended whichever it was.
    /// </summary>
    public bool Includes(ProcessStat process)
    {
        if (process.Id == Environment.ProcessId)
        {
            return false;
        }

        if (seen.Contains(process.Identity))
        {
            return true;
        }

        var cookie = ProcessCookie.Read(process.Id).RunId;
        return cookie == runId
            || (cookie is null
                && process.Parent == Environment.ProcessId
                && process.Session != _ownSession
                && !Children.IsKnown(process.Id));
    }
}
