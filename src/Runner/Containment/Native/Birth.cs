using System.ComponentModel;
using System.Runtime.Versioning;
using Call = Coordinator.AgentRunner.Containment.Native.BirthCode.Call;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// Starts a program that is in its cgroup from its first moment, by <c>clone3</c> with <c>CLONE_INTO_CGROUP</c>, or that is another
/// user's, or both. To move a process into a cgroup takes the kernel several milliseconds, and a program of its own that moves and
/// then becomes the agent takes as long again to start.
/// </summary>
/// <remarks>What the new process does before it becomes the program is a list of calls of the system: <see cref="BirthCode"/>.</remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class Birth
{
    private const ulong IntoCgroup = 0x200000000;               // CLONE_INTO_CGROUP
    private const ulong ChildSignal = 17;                       // SIGCHLD
    private const int SetMask = 2;                              // SIG_SETMASK
    private const int Signals = 64;
    private const int SignalSetSize = 128;
    private const int KernelSignalSetSize = 8;
    private const int CannotStart = 125;
    private const int MaximumCalls = Signals + 32;
    private const int ErrorDigits = 3;

    private const int NotPermitted = 1;                         // EPERM
    private const int Invalid = 22;                             // EINVAL
    private const int NoSuchCall = 38;                          // ENOSYS
    private const int NotSupported = 95;                        // EOPNOTSUPP

    /// <summary>
    /// The new process, as the leader of a session of its own; null if the system has no such call or does not let it be
    /// made here.
    /// </summary>
    /// <param name="plan">What the process does.</param>
    /// <param name="cgroup">Null leaves it in that of this process.</param>
    /// <exception cref="Win32Exception">There is no room for another process.</exception>
    public static int? TryStart(Plan plan, FileDescriptor? cgroup)
    {
        if (!BirthCode.IsAvailable)
            return null;
        Call* calls = stackalloc Call[MaximumCalls];
        byte* nothing = stackalloc byte[SignalSetSize];
        new Span<byte>(nothing, SignalSetSize).Clear();
        Write(calls, plan, nothing);
        return Clone(calls, cgroup);
    }

    /// <summary>
    /// Starts a process that does nothing but send SIGKILL to every process of a user. The kernel goes through its list of processes
    /// at one stroke, so that no fork gets away. Null if there is no code for this processor.
    /// </summary>
    /// <returns>The process, which ends at once: with 0 if it has sent them.</returns>
    /// <exception cref="Win32Exception">There is no room for another process.</exception>
    public static int? TryStartKiller(CredentialCalls user)
    {
        const int Everybody = -1;
        if (!BirthCode.IsAvailable)
            return null;
        Call* calls = stackalloc Call[CredentialCalls.Count + 4];
        byte* digits = stackalloc byte[ErrorDigits];
        Call* refused = calls + CredentialCalls.Count + 1;
        Call* kill = refused + 1;
        for (int i = 0; i < CredentialCalls.Count; i++)
            calls[i] = user[i] with { Otherwise = refused, Digits = digits };

        // For an administrator everybody would be the whole machine: it must have become impossible to be one again.
        calls[CredentialCalls.Count] = new Call(CallNumbers.SetUserIds) { Otherwise = kill, Digits = digits };
        *refused = new Call(Number.Exit, CannotStart);
        *kill = new Call(Number.Kill, Everybody, UnixSignal.Kill);
        kill[1] = new Call(Number.Exit);
        return Clone(calls, cgroup: null);
    }

    private static int? Clone(Call* calls, FileDescriptor? cgroup)
    {
        BirthCode.CloneArguments clone = new() { ExitSignal = ChildSignal };
        if (cgroup is not null)
            (clone.Flags, clone.Cgroup) = (IntoCgroup, (ulong)cgroup.Number);

        // A handler of this process must not run in the copy.
        byte* all = stackalloc byte[SignalSetSize];
        byte* before = stackalloc byte[SignalSetSize];
        _ = Libc.SignalSetFill(all);
        _ = Libc.SignalMask(SetMask, all, before);
        int result = (int)BirthCode.Run(&clone, calls);
        _ = Libc.SignalMask(SetMask, before, null);
        return result > 0 ? result
            : -result is NotPermitted or Invalid or NoSuchCall or NotSupported ? null
            : throw new Win32Exception(-result);
    }

    /// <param name="nothing">Zeros: the kernel reads an empty set of signals from it, and an action that is the default.</param>
    private static void Write(Call* calls, in Plan plan, byte* nothing)
    {
        Call* next = calls;
        // What this process ignores, the program that takes over would ignore too.
        for (int signal = 1; signal <= Signals; signal++)
            *next++ = new Call(Number.SetSignalAction, signal, (nint)nothing, 0, KernelSignalSetSize);
        *next++ = new Call(Number.NewSession);
        *next++ = new Call(Number.Duplicate, plan.Input, 0);
        *next++ = new Call(Number.Duplicate, plan.Output, 1);
        *next++ = new Call(Number.Duplicate, plan.Error, 2);
        *next++ = new Call(Number.SetSignalMask, SetMask, (nint)nothing, 0, KernelSignalSetSize);
        Call* becomeUser = next;
        next += plan.User is null ? 0 : CredentialCalls.Count;
        Call* changeDirectory = next++;
        *next++ = Tell(plan, plan.Entering);
        Call* execute = next++;
        Call* programFailed = next++;
        *next++ = new Call(Number.Exit, CannotStart);
        Call* directoryFailed = next++;
        *next++ = new Call(Number.Exit, CannotStart);
        Call* userFailed = next++;
        *next++ = new Call(Number.Exit, CannotStart);

        for (int i = 0; plan.User is { } user && i < CredentialCalls.Count; i++)
            becomeUser[i] = user[i] with { Otherwise = userFailed, Digits = plan.UserFailed.Number };
        *changeDirectory = new Call(Number.ChangeDirectory, (nint)plan.Directory)
        {
            Otherwise = directoryFailed,
            Digits = plan.DirectoryFailed.Number,
        };
        *execute = new Call(Number.Execute, (nint)plan.Program, (nint)plan.Arguments, (nint)plan.Environment)
        {
            Otherwise = programFailed,
            Digits = plan.ProgramFailed.Number,
        };
        *programFailed = Tell(plan, plan.ProgramFailed);
        *directoryFailed = Tell(plan, plan.DirectoryFailed);
        *userFailed = Tell(plan, plan.UserFailed);
    }

    private static Call Tell(in Plan plan, Line line) => new(Number.Write, plan.Status, (nint)line.Text, line.Length);

    /// <summary>The numbers of the calls on x64, the only processor that there is <see cref="BirthCode"/> for.</summary>
    private static class Number
    {
        public const int Write = 1;
        public const int SetSignalAction = 13;                  // rt_sigaction
        public const int SetSignalMask = 14;                    // rt_sigprocmask
        public const int Duplicate = 33;                        // dup2
        public const int Execute = 59;                          // execve
        public const int Kill = 62;
        public const int ChangeDirectory = 80;                  // chdir
        public const int NewSession = 112;                      // setsid
        public const int Exit = 231;                            // exit_group
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

        /// <summary>Whose it is; null leaves it this process's user's.</summary>
        public CredentialCalls? User;

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

        /// <summary>It could not become the user's.</summary>
        public Line UserFailed;

        /// <summary>The program could not be executed.</summary>
        public Line ProgramFailed;
    }

    /// <summary>Something to tell; of a failure it ends with room for an error's number of three digits and the line's end.</summary>
    internal struct Line
    {
        private const int NumberLength = 4;

        public byte* Text;

        public int Length;

        /// <summary>The first digit of a failure's number.</summary>
        public readonly byte* Number => Text + Length - NumberLength;
    }
}
