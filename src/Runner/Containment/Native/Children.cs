using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// The children this process started here and has not collected yet. Nothing here ever waits for "any child": that
/// would take the exit status from the runtime's own <c>Process</c> class, which ends the whole process when it
/// notices.
/// </summary>
internal static unsafe class Children
{
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSessionLinux = 0x80;
    private const short SetSessionMacOS = 0x400;
    private const short CloseOnExecDefaultMacOS = 0x4000;

    private const int AnyChild = 0;                             // P_ALL
    private const int OneProcess = 1;                           // P_PID
    private const int NoChild = 10;                             // ECHILD
    private const int ExitedOption = 4;                         // WEXITED
    private const int Exited = 1;                               // CLD_EXITED

    // More than any C library needs for posix_spawn_file_actions_t, posix_spawnattr_t, sigset_t and siginfo_t.
    private const int OpaqueSize = 512;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Known = [];

    private static int NoHang => OperatingSystem.IsMacOS() ? 0x01 : 1;

    private static int LeaveWaitable => OperatingSystem.IsMacOS() ? 0x20 : 0x1000000;

    /// <summary>
    /// Starts a program as the leader of a session of its own, with no signal blocked or ignored, and with no other
    /// descriptors than it is given.
    /// </summary>
    /// <exception cref="Win32Exception">It could not be started, with the system's error.</exception>
    public static int Start(Spawn spawn)
    {
        Descriptors.KeepFromChildren();
        using var arguments = new NativeStrings(spawn.Arguments);
        using var environment = new NativeStrings(spawn.Environment);
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        var moved = new List<FileDescriptor>();
        Check(Libc.SpawnActionsInit(actions));
        Check(Libc.SpawnAttributesInit(attributes));
        try
        {
            AddDescriptors(actions, spawn.Descriptors, moved);
            if (spawn.WorkingDirectory is { } directory)
            {
                Check(Libc.SpawnActionsAddChangeDirectory(actions, directory));
            }

            _ = Libc.SignalSetEmpty(signals);
            Check(Libc.SpawnAttributesSetSignalMask(attributes, signals));
            _ = Libc.SignalSetFill(signals);
            Check(Libc.SpawnAttributesSetSignalDefault(attributes, signals));
            Check(Libc.SpawnAttributesSetFlags(attributes, Flags()));

            // Starting and remembering are one step for whoever asks IsKnown about a child that it sees.
            lock (Gate)
            {
                int process;
                Check(Libc.Spawn(
                    &process, spawn.Program, actions, attributes, arguments.Pointers, environment.Pointers));
                Known.Add(process);
                return process;
            }
        }
        finally
        {
            _ = Libc.SpawnActionsDestroy(actions);
            _ = Libc.SpawnAttributesDestroy(attributes);
            moved.ForEach(descriptor => descriptor.Dispose());
        }
    }

    /// <summary>
    /// As <see cref="Start"/>, but told apart from its first moment: in a cgroup, as another user, or both. Null if the system does
    /// not let that be done here.
    /// </summary>
    /// <param name="spawn">The program, with three descriptors above 2 and a working directory.</param>
    /// <param name="cgroup">The cgroup's directory; null leaves it in that of this process.</param>
    /// <param name="status">Is told that the program is entered, or what failed; closes when the program takes over.</param>
    /// <param name="lines">What it is told.</param>
    /// <exception cref="Win32Exception">It could not be started, with the system's error.</exception>
    [SupportedOSPlatform("linux")]
    public static int? TryStartApart(Spawn spawn, FileDescriptor? cgroup, FileDescriptor status, BirthLines lines)
    {
        Descriptors.KeepFromChildren();
        using NativeStrings arguments = new(spawn.Arguments);
        using NativeStrings environment = new(spawn.Environment);
        using NativeStrings texts = new(
            [spawn.Program, spawn.WorkingDirectory!, lines.Entering, lines.DirectoryFailed, lines.UserFailed, lines.ProgramFailed]);
        using CredentialCalls? user = spawn.User is { } credentials ? new CredentialCalls(credentials) : null;
        Birth.Plan plan = new()
        {
            Program = texts.Pointers[0],
            Arguments = arguments.Pointers,
            Environment = environment.Pointers,
            Directory = texts.Pointers[1],
            User = user,
            Input = spawn.Descriptors[0].Number,
            Output = spawn.Descriptors[1].Number,
            Error = spawn.Descriptors[2].Number,
            Status = status.Number,
            Entering = new() { Text = texts.Pointers[2], Length = texts.LengthOf(2) },
            DirectoryFailed = new() { Text = texts.Pointers[3], Length = texts.LengthOf(3) },
            UserFailed = new() { Text = texts.Pointers[4], Length = texts.LengthOf(4) },
            ProgramFailed = new() { Text = texts.Pointers[5], Length = texts.LengthOf(5) },
        };
        lock (Gate)
            return Remember(Birth.TryStart(plan, cgroup));
    }

    /// <summary>
    /// Starts a process that sends SIGKILL to every process of a user at one stroke, and can itself be signalled by none of them. Null
    /// if the system does not let that be done here.
    /// </summary>
    /// <exception cref="Win32Exception">There is no room for another process.</exception>
    [SupportedOSPlatform("linux")]
    public static int? TryStartKiller(Credentials user)
    {
        using CredentialCalls calls = new(user, UnusedUser.Id);
        lock (Gate)
            return Remember(Birth.TryStartKiller(calls));
    }

    /// <summary>Whether this child was started here, in contrast to one that was orphaned and adopted.</summary>
    public static bool IsKnown(int process)
    {
        lock (Gate)
        {
            return Known.Contains(process);
        }
    }

    /// <summary>
    /// Collects one child, started here or adopted; null if it has not ended yet or, with <paramref name="wait"/>, if
    /// it is no child of this process.
    /// </summary>
    public static AgentExit? Collect(int process, bool wait)
    {
        var information = stackalloc byte[OpaqueSize];
        lock (Gate)
        {
            // Forgetting before the status is taken would let a new child of the same number be forgotten instead.
            if (!wait)
            {
                return TryWait(OneProcess, process, information, ExitedOption | NoHang)
                    ? Take(process, information)
                    : null;
            }
        }

        return TryWait(OneProcess, process, information, ExitedOption | LeaveWaitable)
            ? Collect(process, wait: false)
            : null;
    }

    /// <summary>Whether a child has ended, collected or not.</summary>
    public static bool HasEnded(int process)
    {
        var information = stackalloc byte[OpaqueSize];
        return !IsKnown(process) || TryWait(OneProcess, process, information, ExitedOption | NoHang | LeaveWaitable);
    }

    /// <summary>
    /// Blocks until any child has ended and returns its id, leaving its status to be collected; null if there are no
    /// children at all. For the supervisor only, whose every child is its own.
    /// </summary>
    public static int? WaitForAny()
    {
        var information = stackalloc byte[OpaqueSize];
        return TryWait(AnyChild, 0, information, ExitedOption | LeaveWaitable) ? ProcessOf(information) : null;
    }

    private static int? Remember(int? process)
    {
        if (process is { } started)
            Known.Add(started);
        return process;
    }

    private static AgentExit Take(int process, byte* information)
    {
        Known.Remove(process);
        var status = OperatingSystem.IsMacOS() ? *(int*)(information + 20) : *(int*)(information + 24);
        return *(int*)(information + 8) == Exited ? new(status, null) : new(null, UnixSignal.Name(status));
    }

    private static bool TryWait(int kind, int id, byte* information, int options)
    {
        new Span<byte>(information, OpaqueSize).Clear();
        while (Libc.WaitId(kind, id, information, options) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.Interrupted:
                    continue;
                case NoChild:
                    return false;
                case var error:
                    throw new Win32Exception(error);
            }
        }

        return ProcessOf(information) != 0;
    }

    private static int ProcessOf(byte* information) =>
        OperatingSystem.IsMacOS() ? *(int*)(information + 12) : *(int*)(information + 16);

    private static void AddDescriptors(byte* actions, IReadOnlyList<FileDescriptor> sources, List<FileDescriptor> moved)
    {
        for (var target = 0; target < sources.Count; target++)
        {
            var source = sources[target];

            // A source that sits where another one goes would be overwritten before its turn.
            if (OperatingSystem.IsLinux() && source.Number < sources.Count)
            {
                source = Descriptors.DuplicateAbove(source, sources.Count);
                moved.Add(source);
            }

            Check(Libc.SpawnActionsAddDup2(actions, source.Number, target));
        }
    }

    private static short Flags() => (short)(SetSignalDefault | SetSignalMask
        | (OperatingSystem.IsMacOS() ? SetSessionMacOS | CloseOnExecDefaultMacOS : SetSessionLinux));

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }
}
