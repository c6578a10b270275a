using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// Enters a cgroup, turns into another user, or both, and then becomes the agent: all is so before its first instruction. The status
/// stream closes by itself when the agent takes over, so that the runner can tell an agent that exits with any code
/// whatever from one that never was.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class EnteringProcess
{
    private const int CannotStart = 125;

    public static int Run()
    {
        Descriptors.KeepFromChildren();
        using var status = new FileDescriptor(ProcessMode.StatusDescriptor);
        var spec = LaunchSpec.FromFile(ProcessMode.SpecDescriptor);
        if (!TryEnter(spec.CgroupDirectory, status)
            || !TryBecome(spec.User, status)
            || !ProcessMode.TryChangeDirectory(spec.WorkingDirectory, status))
        {
            return CannotStart;
        }

        // The runtime ignores it, and what is ignored stays so in the program that takes over.
        _ = Libc.Signal(UnixSignal.Pipe, 0);
        using var arguments = new NativeStrings(spec.Arguments);
        using var environment = new NativeStrings(spec.Environment);
        status.TryWrite(StatusLine.Entering());
        _ = Libc.Execute(spec.Program, arguments.Pointers, environment.Pointers);
        status.TryWrite(StatusLine.Failed(StatusLine.ProgramStep, Marshal.GetLastPInvokeError()));
        return CannotStart;
    }

    private static bool TryBecome(Credentials? user, FileDescriptor status)
    {
        if (user is null)
            return true;
        using CredentialCalls calls = new(user);
        int error = calls.MakeHere();
        if (error != 0)
            status.TryWrite(StatusLine.Failed(StatusLine.UserStep, error));
        return error == 0;
    }

    private static bool TryEnter(string cgroup, FileDescriptor status)
    {
        if (cgroup.Length == 0)
            return true;
        int error;
        try
        {
            using var members = FileDescriptor.Open(Path.Combine(cgroup, "cgroup.procs"), write: true);
            if (members.TryWrite("0"u8))
            {
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }
        catch (Win32Exception e)
        {
            error = e.NativeErrorCode;
        }

        status.TryWrite(StatusLine.Failed(StatusLine.CgroupStep, error));
        return false;
    }
}
