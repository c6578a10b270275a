using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>
/// Files of <c>/proc/&lt;pid&gt;</c>, read with as few calls and allocations as can be: a scan reads hundreds of them
/// while the processes it looks for may be forking.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ProcFile
{
    private const int CloseOnExec = 0x80000;

    /// <summary>How much of the file was read into the buffer; 0 if it, or its process, is not there for us.</summary>
    public static int Read(int process, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[64];
        "/proc/"u8.CopyTo(path);
        System.Buffers.Text.Utf8Formatter.TryFormat(process, path[6..], out var digits);
        path[6 + digits] = (byte)'/';
        name.CopyTo(path[(7 + digits)..]);
        path[7 + digits + name.Length] = 0;

        int number;
        fixed (byte* start = path)
        {
            number = Libc.Open(start, CloseOnExec, 0);
        }

        if (number < 0)
        {
            return 0;
        }

        try
        {
            var length = 0;
            fixed (byte* start = buffer)
            {
                nint count;
                while (length < buffer.Length
                    && (count = Libc.Read(number, start + length, (nuint)(buffer.Length - length))) > 0)
                {
                    length += (int)count;
                }
            }

            return length;
        }
        finally
        {
            _ = Libc.Close(number);
        }
    }

    /// <summary>The whole file, however long.</summary>
    public static ReadOnlyMemory<byte> ReadAll(int process, ReadOnlySpan<byte> name)
    {
        for (var size = 8192; ; size *= 4)
        {
            var buffer = new byte[size];
            var length = Read(process, name, buffer);
            if (length < size)
            {
                return buffer.AsMemory(0, length);
            }
        }
    }

    public static string ReadText(int process, ReadOnlySpan<byte> name) =>
        Encoding.UTF8.GetString(ReadAll(process, name).Span);
}
