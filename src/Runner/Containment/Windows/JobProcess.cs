using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>
/// Creates a process that is in its job from the beginning and inherits no handles but its three streams.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe class JobProcess
{
    private const uint UseStandardHandles = 0x100;

    /// <exception cref="Win32Exception">It could not be created.</exception>
    public static (int Id, SafeProcessHandle Handle) Start(
        JobObject job,
        AgentLaunch launch,
        IReadOnlyList<string> environment,
        SafeHandle input,
        SafeHandle output,
        SafeHandle error)
    {
        nuint size = 0;
        Kernel32.InitializeProcThreadAttributeList(null, 2, 0, &size);
        var attributes = NativeMemory.Alloc(size);
        var streams = stackalloc nint[]
        {
            input.DangerousGetHandle(), output.DangerousGetHandle(), error.DangerousGetHandle(),
        };
        var jobs = stackalloc nint[] { job.Handle.DangerousGetHandle() };
        try
        {
            Check(Kernel32.InitializeProcThreadAttributeList(attributes, 2, 0, &size));
            Check(Kernel32.UpdateProcThreadAttribute(
                attributes, 0, Kernel32.AttributeHandleList, streams, (nuint)(3 * sizeof(nint)), null, null));
            Check(Kernel32.UpdateProcThreadAttribute(
                attributes, 0, Kernel32.AttributeJobList, jobs, (nuint)sizeof(nint), null, null));
            return Create(launch, environment, streams, attributes);
        }
        finally
        {
            Kernel32.DeleteProcThreadAttributeList(attributes);
            NativeMemory.Free(attributes);
            GC.KeepAlive(job);
            GC.KeepAlive(input);
            GC.KeepAlive(output);
            GC.KeepAlive(error);
        }
    }

    private static (int Id, SafeProcessHandle Handle) Create(
        AgentLaunch launch, IReadOnlyList<string> environment, nint* streams, void* attributes)
    {
        var startup = new Kernel32.StartupInfoEx
        {
            Size = (uint)sizeof(Kernel32.StartupInfoEx),
            Flags = UseStandardHandles,
            StandardInput = streams[0],
            StandardOutput = streams[1],
            StandardError = streams[2],
            Attributes = attributes,
        };
        var information = default(Kernel32.ProcessInformation);

        // The system may write into the command line; sorted is how it wants the environment.
        var commandLine = (CommandLine.Join([launch.Program, .. launch.Arguments]) + '\0').ToCharArray();
        var block = string.Join('\0', environment.Order(StringComparer.OrdinalIgnoreCase)) + "\0\0";
        const uint Flags = Kernel32.ExtendedStartupInfoPresent | Kernel32.CreateUnicodeEnvironment
            | Kernel32.CreateNewProcessGroup | Kernel32.CreateNoWindow;
        fixed (char* line = commandLine)
        fixed (char* variables = block)
        {
            Check(Kernel32.CreateProcess(
                launch.Program, line, 0, 0, true, Flags, variables, launch.WorkingDirectory, &startup, &information));
        }

        Kernel32.CloseHandle(information.Thread);
        return (information.ProcessId, new(information.Process, ownsHandle: true));
    }

    private static void Check(bool done)
    {
        if (!done)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
