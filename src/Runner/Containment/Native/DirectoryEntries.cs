using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// Deletes what somebody else has put into a directory, and may be changing meanwhile. Everything is done relative to the directory that
/// is held, and no name in it is followed; names may be of any bytes.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class DirectoryEntries
{
    private const int NoSuchFile = 2;               // ENOENT
    private const int IsDirectory = 21;             // EISDIR
    private const int HereOrAbsolute = -100;        // AT_FDCWD
    private const uint Unchanged = uint.MaxValue;
    private const int OwnerOnly = 0x1C0;            // rwx------
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    /// <summary>Deletes what is no directory; false if it is one.</summary>
    /// <exception cref="Win32Exception">It cannot be deleted.</exception>
    public static bool TryDelete(string path)
    {
        if (Libc.Unlink(path) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error != IsDirectory && (error == NoSuchFile ? true : throw new Win32Exception(error));
    }

    /// <summary>
    /// Empties a directory. It is made this process's own first, as far as that can be done, so that nobody adds anything meanwhile.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="newPath">Where a directory in it is moved, which is not deleted here.</param>
    /// <param name="isCancelled">Whether to leave the rest.</param>
    /// <exception cref="Win32Exception">Something in it can be neither deleted nor moved.</exception>
    public static void Empty(FileDescriptor directory, Func<string> newPath, Func<bool> isCancelled)
    {
        _ = Libc.ChangeOwnerOf(directory.Number, Libc.EffectiveUser(), Unchanged);
        _ = Libc.ChangeModeOf(directory.Number, OwnerOnly);
        byte* buffer = stackalloc byte[BufferSize];
        bool isAnyGone = true;
        while (isAnyGone)
        {
            isAnyGone = false;
            int error = 0;
            _ = Libc.Seek(directory.Number, 0, 0);
            for (int size; (size = Read(directory, buffer)) > 0;)
            {
                for (byte* entry = buffer; entry < buffer + size; entry += *(ushort*)(entry + LengthOffset))
                {
                    byte* name = entry + NameOffset;
                    if (IsItselfOrAbove(name))
                        continue;
                    if (isCancelled())
                        return;
                    if (Libc.UnlinkAt(directory.Number, name, 0) == 0
                        || Libc.RenameAt(directory.Number, name, HereOrAbsolute, newPath()) == 0)
                        isAnyGone = true;
                    else
                        error = Marshal.GetLastPInvokeError();
                }
            }

            if (!isAnyGone && error != 0)
                throw new Win32Exception(error);
        }
    }

    /// <summary>Deletes a directory that is empty.</summary>
    /// <exception cref="Win32Exception">It cannot be deleted.</exception>
    public static void DeleteEmpty(string path)
    {
        if (Libc.RemoveDirectory(path) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static int Read(FileDescriptor directory, byte* buffer)
    {
        int size = (int)Libc.SystemCall(CallNumbers.ReadDirectory, directory.Number, (nint)buffer, BufferSize);
        return size >= 0 ? size : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static bool IsItselfOrAbove(byte* name) => name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}
