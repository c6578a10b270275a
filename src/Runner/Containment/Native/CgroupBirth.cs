using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// Starts a program that is in its cgroup from its first moment, by <c>clone3</c> with <c>CLONE_INTO_CGROUP</c>. To move
/// a process there takes the kernel several milliseconds, and a program of its own that moves and then becomes the agent
/// takes as long again to start.
/// </summary>
/// <remarks>
/// What runs between the clone and the program's first instruction is a copy of this process with a single thread: it must
/// not allocate, compile, or wait for a lock that another thread held. So it makes nothing but calls of the system, through
/// pointers that were taken and used before, from a method that is compiled before, with every signal blocked.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class CgroupBirth
{
    private const int Clone3 = 435;                             // SYS_clone3, the same on every architecture
    private const ulong IntoCgroup = 0x200000000;               // CLONE_INTO_CGROUP
    private const ulong ChildSignal = 17;                       // SIGCHLD
    private const int SetMask = 2;                              // SIG_SETMASK
    private const int Signals = 64;
    private const int SignalSetSize = 128;
    private const int CannotStart = 125;

    private const int NotPermitted = 1;                         // EPERM
    private const int Invalid = 22;                             // EINVAL
    private const int NoSuchCall = 38;                          // ENOSYS
    private const int NotSupported = 95;                        // EOPNOTSUPP

    private static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint> s_systemCall;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, byte*, byte*, int> s_signalMask;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, nint, nint> s_signal;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int> s_newSession;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, int, int> s_duplicate;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, int> s_changeDirectory;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte**, byte**, int> s_execute;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, nint> s_write;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int*> s_error;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, int> s_exit;

    /// <summary>Takes the pointers, and uses each kind of them, which may have code made for it.</summary>
    static CgroupBirth()
    {
        nint library = NativeLibrary.GetMainProgramHandle();
        s_systemCall = (delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint>)NativeLibrary.GetExport(library, "syscall");
        s_signalMask = (delegate* unmanaged[SuppressGCTransition]<int, byte*, byte*, int>)NativeLibrary.GetExport(library, "pthread_sigmask");
        s_signal = (delegate* unmanaged[SuppressGCTransition]<int, nint, nint>)NativeLibrary.GetExport(library, "signal");
        s_newSession = (delegate* unmanaged[SuppressGCTransition]<int>)NativeLibrary.GetExport(library, "setsid");
        s_duplicate = (delegate* unmanaged[SuppressGCTransition]<int, int, int>)NativeLibrary.GetExport(library, "dup2");
        s_changeDirectory = (delegate* unmanaged[SuppressGCTransition]<byte*, int>)NativeLibrary.GetExport(library, "chdir");
        s_execute = (delegate* unmanaged[SuppressGCTransition]<byte*, byte**, byte**, int>)NativeLibrary.GetExport(library, "execve");
        s_write = (delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, nint>)NativeLibrary.GetExport(library, "write");
        s_error = (delegate* unmanaged[SuppressGCTransition]<int*>)NativeLibrary.GetExport(library, "__errno_location");
        s_exit = (delegate* unmanaged[SuppressGCTransition]<int, int>)NativeLibrary.GetExport(library, "_exit");

        var getProcess = (delegate* unmanaged[SuppressGCTransition]<int>)NativeLibrary.GetExport(library, "getpid");
        var close = (delegate* unmanaged[SuppressGCTransition]<int, int>)NativeLibrary.GetExport(library, "close");
        _ = getProcess();
        _ = close(-1);
        _ = s_systemCall(-1, 0, 0);
        _ = s_signalMask(-1, null, null);
        _ = s_signal(0, 0);
        _ = s_duplicate(-1, -1);
        _ = s_changeDirectory(null);
        _ = s_execute(null, null, null);
        _ = s_write(-1, null, 0);
        _ = *s_error();
    }

    /// <summary>
    /// The new process, as the leader of a session of its own; null if the system has no such call or does not let it be
    /// made here.
    /// </summary>
    /// <exception cref="Win32Exception">There is no room for another process.</exception>
    public static int? TryStart(Plan plan, FileDescriptor cgroup)
    {
        CloneArguments clone = new() { Flags = IntoCgroup, ExitSignal = ChildSignal, Cgroup = (ulong)cgroup.Number };
        byte* all = stackalloc byte[SignalSetSize];
        byte* before = stackalloc byte[SignalSetSize];
        byte* none = stackalloc byte[SignalSetSize];
        new Span<byte>(all, SignalSetSize).Fill(0xff);
        new Span<byte>(none, SignalSetSize).Clear();
        int error;
        _ = s_signalMask(SetMask, all, before);
        int process = Clone(&clone, &plan, none, &error);
        _ = s_signalMask(SetMask, before, null);
        return process > 0 ? process
            : error is NotPermitted or Invalid or NoSuchCall or NotSupported ? null
            : throw new Win32Exception(error);
    }

    /// <summary>Returns in this process alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Clone(CloneArguments* clone, Plan* plan, byte* noSignals, int* error)
    {
        nint process = s_systemCall(Clone3, (nint)clone, sizeof(CloneArguments));
        if (process != 0)
        {
            *error = *s_error();
            return (int)process;
        }

        for (int signal = 1; signal <= Signals; signal++)
        {
            _ = s_signal(signal, 0);
        }

        _ = s_newSession();
        _ = s_duplicate(plan->Input, 0);
        _ = s_duplicate(plan->Output, 1);
        _ = s_duplicate(plan->Error, 2);
        _ = s_signalMask(SetMask, noSignals, null);
        Line* failed = &plan->DirectoryFailed;
        if (s_changeDirectory(plan->Directory) == 0)
        {
            failed = &plan->ProgramFailed;
            _ = s_write(plan->Status, plan->Entering.Text, plan->Entering.Length);
            _ = s_execute(plan->Program, plan->Arguments, plan->Environment);
        }

        int reason = *s_error();
        byte* digits = failed->Text + failed->Length - Line.NumberLength;
        digits[0] = (byte)('0' + (reason / 100 % 10));
        digits[1] = (byte)('0' + (reason / 10 % 10));
        digits[2] = (byte)('0' + (reason % 10));
        _ = s_write(plan->Status, failed->Text, failed->Length);
        return s_exit(CannotStart);
    }

    /// <summary>Everything the new process needs, in memory that does not move.</summary>
    internal struct Plan
    {
        /// <summary>The program's file.</summary>
        public byte* Program;

        /// <summary>All of argv.</summary>
        public byte** Arguments;

        /// <summary>All of envp.</summary>
        public byte** Environment;

        /// <summary>Where it works.</summary>
        public byte* Directory;

        /// <summary>Becomes its descriptor 0; like the next two it is above 2 here.</summary>
        public int Input;

        /// <summary>Becomes its descriptor 1.</summary>
        public int Output;

        /// <summary>Becomes its descriptor 2.</summary>
        public int Error;

        /// <summary>Is told what becomes of it, and closes by itself when the program takes over.</summary>
        public int Status;

        /// <summary>The next thing is the program.</summary>
        public Line Entering;

        /// <summary>The directory could not be entered.</summary>
        public Line DirectoryFailed;

        /// <summary>The program could not be executed.</summary>
        public Line ProgramFailed;
    }

    /// <summary>Something to tell; of a failure it ends with room for an error's number of three digits and the line's end.</summary>
    internal struct Line
    {
        public const int NumberLength = 4;

        public byte* Text;

        public int Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        public ulong Flags;
        public ulong ProcessDescriptor;
        public ulong ChildThread;
        public ulong ParentThread;
        public ulong ExitSignal;
        public ulong Stack;
        public ulong StackSize;
        public ulong ThreadStorage;
        public ulong SetThread;
        public ulong SetThreadSize;
        public ulong Cgroup;
    }
}
