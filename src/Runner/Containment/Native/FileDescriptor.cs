using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>A descriptor of this process that no child inherits unless it is handed over at the spawn.</summary>
internal sealed unsafe class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;      // O_CLOEXEC

    public FileDescriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    public int Number => (int)handle;

    /// <summary>
    /// A pipe. On macOS its ends are kept from children by the spawn's own flag instead of close-on-exec.
    /// </summary>
    public static (FileDescriptor Reader, FileDescriptor Writer) CreatePipe()
    {
        var ends = stackalloc int[2];
        var result = OperatingSystem.IsLinux() ? Libc.Pipe2(ends, CloseOnExec) : Libc.Pipe(ends);
        return result == 0 ? (new(ends[0]), new(ends[1])) : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Opens a file for reading and, if asked for, for writing.</summary>
    /// <exception cref="Win32Exception">It cannot be opened.</exception>
    public static FileDescriptor Open(string path, bool write = false)
    {
        var terminated = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* start = terminated)
        {
            var number = Libc.Open(start, (write ? 2 : 0) | CloseOnExec, 0);
            return number >= 0 ? new(number) : throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>A file without a name that lives as long as somebody holds it, with this content.</summary>
    public static FileDescriptor CreateInMemory(string label, ReadOnlySpan<byte> content)
    {
        const uint MemoryCloseOnExec = 1;       // MFD_CLOEXEC
        var number = Libc.MemFdCreate(label, MemoryCloseOnExec);
        var file = number >= 0 ? new FileDescriptor(number) : throw new Win32Exception(Marshal.GetLastPInvokeError());
        return file.TryWrite(content) ? file : throw new IOException("No memory is left to start a process with.");
    }

    /// <summary>Reads what is there; 0 at the end of the stream.</summary>
    public int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(!TryHold(), this);
        try
        {
            fixed (byte* start = buffer)
            {
                nint count;
                while ((count = Libc.Read(Number, start, (nuint)buffer.Length)) < 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error != Libc.Interrupted)
                    {
                        throw new Win32Exception(error);
                    }
                }

                return (int)count;
            }
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>Writes everything; false if the other end is gone, or this one.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (!TryHold())
        {
            return false;
        }

        try
        {
            fixed (byte* start = bytes)
            {
                for (nint written = 0; written < bytes.Length;)
                {
                    var count = Libc.Write(Number, start + written, (nuint)(bytes.Length - written));
                    if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
                    {
                        return false;
                    }

                    written += Math.Max(0, count);
                }
            }

            return true;
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>
    /// Whether reading would not block, waiting for that at most so long; -1 waits for ever. False if it is closed.
    /// </summary>
    public bool WaitReadable(int timeoutMilliseconds)
    {
        if (!TryHold())
        {
            return false;
        }

        try
        {
            var entry = new PollDescriptor(Number, Libc.PollIn);
            return Libc.Poll(&entry, 1, timeoutMilliseconds) > 0;
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>
    /// Keeps the number ours until it is released: another thread may dispose of this at any moment, and the number
    /// would then stand for somebody else's file.
    /// </summary>
    public bool TryHold()
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return added;
    }

    protected override bool ReleaseHandle() => Libc.Close(Number) == 0;
}
