using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.MacOS;

/// <summary>The processes of a Mac, which has no <c>/proc</c>.</summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class LibProc
{
    private const string Library = "libproc";
    private const int BsdInformation = 3;       // PROC_PIDTBSDINFO

    // struct proc_bsdinfo: its size, and where in it things are.
    private const int Size = 136;
    private const int StatusAt = 4;
    private const int ParentAt = 16;
    private const int NameAt = 48;
    private const int NameLength = 16;
    private const int GroupAt = 100;
    private const int StartSecondsAt = 120;
    private const int StartMicrosecondsAt = 128;

    public static IEnumerable<ProcessStat> Enumerate()
    {
        foreach (var id in ListIds())
        {
            if (TryRead(id) is { } stat)
            {
                yield return stat;
            }
        }
    }

    /// <summary>Null if there is no such process or it is not ours to see.</summary>
    public static ProcessStat? TryRead(int process)
    {
        var information = stackalloc byte[Size];
        if (ProcessInformation(process, BsdInformation, 0, information, Size) != Size)
        {
            return null;
        }

        var name = new ReadOnlySpan<byte>(information + NameAt, NameLength);
        var end = name.IndexOf((byte)0);
        var seconds = *(ulong*)(information + StartSecondsAt);
        var start = (seconds * 1_000_000) + *(ulong*)(information + StartMicrosecondsAt);
        return new(
            new(process, start),
            Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
            State(*(int*)(information + StatusAt)),
            *(int*)(information + ParentAt),
            *(int*)(information + GroupAt),
            Libc.GetSessionId(process),
            Threads: 1);
    }

    /// <summary>The states SIDL to SZOMB, in the letters that Linux has for them.</summary>
    private static char State(int status) => status switch
    {
        1 => 'I',
        2 => 'R',
        3 => 'S',
        4 => 'T',
        5 => 'Z',
        _ => '?',
    };

    private static int[] ListIds()
    {
        // More than there are now, because some may come before the second call.
        var buffer = new int[ListAll(null, 0) + 100];
        fixed (int* start = buffer)
        {
            var count = ListAll(start, buffer.Length * sizeof(int));
            return buffer[..Math.Clamp(count, 0, buffer.Length)];
        }
    }

    [LibraryImport(Library, EntryPoint = "proc_listallpids")]
    private static partial int ListAll(int* buffer, int size);

    [LibraryImport(Library, EntryPoint = "proc_pidinfo")]
    private static partial int ProcessInformation(int process, int kind, ulong argument, byte* buffer, int size);
}
