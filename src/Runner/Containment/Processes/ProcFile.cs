using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>
/// Files of <c>/proc/&lt;pid&gt;</c>, read with as few calls and allocations as can be: a scan reads hundreds of them
/// while the processes it looks for may be forking. That a process is gone is only what the system says so of: whatever else keeps a
/// file from being read, as when no descriptor is left, would hide a process that is alive.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ProcFile
{
    private const int CloseOnExec = 0x80000;

    private const int NotPermitted = 1;         // EPERM
    private const int NoSuchFile = 2;           // ENOENT
    private const int NoSuchProcess = 3;        // ESRCH
    private const int Denied = 13;              // EACCES

    /// <summary>How much of the file was read into the buffer; 0 if the process is gone, or the file is not ours to read.</summary>
    /// <exception cref="IOException">It cannot be read for another reason, so that the process may be alive.</exception>
    public static int Read(int process, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[64];
        WritePath(process, name, path);

        int number;
        fixed (byte* start = path)
        {
            while ((number = Libc.Open(start, CloseOnExec, 0)) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error is NotPermitted or Denied || IsGone(error))
                    return 0;
                if (error != Libc.Interrupted)
                    throw Unreadable(path, error);
            }
        }

        try
        {
            var length = 0;
            fixed (byte* start = buffer)
            {
                while (length < buffer.Length)
                {
                    nint count = Libc.Read(number, start + length, (nuint)(buffer.Length - length));
                    if (count == 0)
                        break;
                    if (count > 0)
                    {
                        length += (int)count;
                        continue;
                    }

                    int error = Marshal.GetLastPInvokeError();
                    if (error is NotPermitted or Denied || IsGone(error))
                        return 0;
                    if (error != Libc.Interrupted)
                        throw Unreadable(path, error);
                }
            }

            return length;
        }
        finally
        {
            _ = Libc.Close(number);
        }
    }

    /// <summary>The effective user of a process; null if it is gone.</summary>
    /// <exception cref="IOException">That cannot be read, and the process may be alive.</exception>
    public static uint? OwnerOf(int process)
    {
        const int HereOrAbsolute = -100;        // AT_FDCWD
        const uint UserMask = 8;                // STATX_UID
        const int UserOffset = 20;
        Span<byte> path = stackalloc byte[64];
        WritePath(process, [], path);
        byte* state = stackalloc byte[256];
        fixed (byte* start = path)
        {
            while (Libc.Statx(HereOrAbsolute, start, 0, UserMask, state) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (IsGone(error))
                    return null;
                if (error != Libc.Interrupted)
                    throw Unreadable(path, error);
            }
        }

        return *(uint*)(state + UserOffset);
    }

    /// <summary>The whole file, up to a megabyte of it; empty as <see cref="Read"/> says.</summary>
    /// <exception cref="IOException">As of <see cref="Read"/>.</exception>
    public static ReadOnlyMemory<byte> ReadAll(int process, ReadOnlySpan<byte> name)
    {
        const int MaxSize = 1024 * 1024;
        for (var size = 8192; ; size *= 4)
        {
            var buffer = new byte[size];
            var length = Read(process, name, buffer);
            if (length < size || size >= MaxSize)
            {
                return buffer.AsMemory(0, length);
            }
        }
    }

    private static bool IsGone(int error) => error is NoSuchFile or NoSuchProcess;

    /// <summary>With the system's error as its result, as the runtime's own exceptions have it.</summary>
    private static IOException Unreadable(ReadOnlySpan<byte> path, int error) => new(
        $"{Encoding.UTF8.GetString(path[..path.IndexOf((byte)0)])} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    private static void WritePath(int process, ReadOnlySpan<byte> name, Span<byte> path)
    {
        "/proc/"u8.CopyTo(path);
        System.Buffers.Text.Utf8Formatter.TryFormat(process, path[6..], out var digits);
        path[6 + digits] = (byte)'/';
        name.CopyTo(path[(7 + digits)..]);
        path[7 + digits + name.Length] = 0;
    }

    public static string ReadText(int process, ReadOnlySpan<byte> name) =>
        Encoding.UTF8.GetString(ReadAll(process, name).Span);
}
