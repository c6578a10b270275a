using System.ComponentModel;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// All processes of one user, wherever they are and whoever started them. A process cannot give its user up: it has no capability and
/// no program gives it one.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class UserProcesses(Credentials user)
{
    /// <summary>
    /// Those that are alive. What forks while this runs may be missed, so that finding none proves nothing by itself; after
    /// <see cref="Kill"/> nothing of it can fork, and it does.
    /// </summary>
    /// <exception cref="IOException">One of them could not be looked at.</exception>
    public IEnumerable<ProcessStat> Alive()
    {
        foreach (int id in ProcessTable.Ids().Where(IsOfUser))
        {
            if (ProcessStat.TryRead(id) is { } process)
            {
                if (process.IsAlive)
                    yield return process;
            }
            else if (IsOfUser(id))
            {
                throw new IOException($"Process {id} of user {user.UserId} is not the runner's to look at; is /proc mounted with hidepid?");
            }
        }
    }

    /// <summary>
    /// Sends SIGKILL to every one at one stroke, and returns without waiting for its effect. False if some may have been left out: then
    /// it could not be done at one stroke, and what was found was killed one by one.
    /// </summary>
    /// <exception cref="IOException">They could not be looked at.</exception>
    public bool Kill(ProcessLedger seen)
    {
        try
        {
            if (UserKiller.TryKillAllOf(user, OwnProgram.Current(), UserKiller.Patience))
                return true;
        }
        catch (Exception exception) when (exception is IOException or Win32Exception)
        {
            // Its processes may be what has taken all the room; signals need none.
        }

        SignalRounds.KillApart(Alive, seen);
        return false;
    }

    /// <summary>
    /// Kills every one and looks. True if nothing of the user is alive: none was left out of the signals, and none was found after them.
    /// </summary>
    /// <exception cref="IOException">They could not be looked at.</exception>
    public bool End(ProcessLedger seen) => Kill(seen) & !Alive().Any();

    private bool IsOfUser(int process) => ProcFile.OwnerOf(process) == user.UserId;
}
