using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Supervision;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// What the runner's program does when the runner itself starts it with one of these words as its first argument. All
/// this happens before anything else of the program is touched, so that it takes milliseconds.
/// </summary>
/// <remarks>
/// What supervises or enters gets the agent's standard streams as its own and besides:
/// 3, the <see cref="LaunchSpec"/>; 4, to which it writes the lines of <see cref="StatusLine"/>; and, if it supervises,
/// 5, whose end tells that the runner is gone.
/// </remarks>
internal static class ProcessMode
{
    /// <summary>Be the supervisor of a run.</summary>
    public const string Supervise = "supervise";

    /// <summary>Enter a cgroup, become a user, whichever is asked for, and become the agent.</summary>
    public const string Enter = "enter-cgroup";

    /// <summary>Kill every process of a user.</summary>
    public const string KillAllOf = "kill-all-of";

    /// <summary>Do nothing until killed: what a containment is tried with.</summary>
    public const string Hold = "hold";

    public const int SpecDescriptor = 3;
    public const int StatusDescriptor = 4;
    public const int ControlDescriptor = 5;

    /// <summary>Runs the mode the arguments ask for and returns its exit code; null if they ask for none.</summary>
    public static int? TryRun(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || arguments is not [Supervise or Enter or KillAllOf or Hold, ..])
        {
            return null;
        }

        return arguments[0] switch
        {
            Supervise => SupervisorProcess.Run(),
            Enter => EnteringProcess.Run(),
            KillAllOf => KillingProcess.Run(arguments[1..]),
            _ => Libc.Pause(),
        };
    }

    /// <summary>Leaves the working directory behind for the agent's, or says why that cannot be.</summary>
    [SupportedOSPlatform("linux")]
    internal static bool TryChangeDirectory(string directory, FileDescriptor status)
    {
        if (Libc.ChangeDirectory(directory) == 0)
        {
            return true;
        }

        status.TryWrite(StatusLine.Failed(StatusLine.DirectoryStep, Marshal.GetLastPInvokeError()));
        return false;
    }
}
