using System.ComponentModel;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>
/// What agents make beneath their cgroups may be deeper than any path is long, and than a stack. So it is walked from directory to
/// directory by descriptors.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class CgroupTree
{
    /// <summary>Removes everything below a directory; false if something of it cannot be removed, as it lives there.</summary>
    public static bool TryRemoveBelow(string directory)
    {
        try
        {
            return RemoveBelow(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return false;
        }
    }

    private static bool RemoveBelow(string directory)
    {
        Stack<string> way = [];
        FileDescriptor here = Open(directory);
        try
        {
            while (true)
            {
                if (FirstBelow(here) is { } child)
                {
                    way.Push(child);
                    MoveTo(child);
                }
                else if (way.TryPop(out string? name))
                {
                    MoveTo("..");
                    if (Libc.RemoveDirectory(PathOf(here, name)) != 0)
                        return false;
                }
                else
                {
                    return true;
                }
            }
        }
        finally
        {
            here.Dispose();
        }

        void MoveTo(string name)
        {
            FileDescriptor there = Open(PathOf(here, name));
            here.Dispose();
            here = there;
        }
    }

    /// <summary>An agent of the same user may have taken away its own right, and with it the runner's, to look into a directory.</summary>
    private static FileDescriptor Open(string directory)
    {
        const int PermissionDenied = 13;    // EACCES
        try
        {
            return FileDescriptor.Open(directory);
        }
        catch (Win32Exception exception) when (exception.NativeErrorCode == PermissionDenied)
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return FileDescriptor.Open(directory);
        }
    }

    private static string? FirstBelow(FileDescriptor directory) =>
        Path.GetFileName(Directory.EnumerateDirectories($"/proc/self/fd/{directory.Number}").FirstOrDefault());

    private static string PathOf(FileDescriptor directory, string name) => $"/proc/self/fd/{directory.Number}/{name}";
}
