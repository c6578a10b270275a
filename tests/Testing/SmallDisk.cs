using System.Diagnostics;
using Coordinator.Testing.Tools;
using Coordinator.Testing.Waiting;
using Xunit;

namespace Coordinator.Testing;

/// <summary>A file system of a few megabytes in memory, to be filled up. Gone when this is disposed.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one. Where that is not allowed the test ends as <see cref="Requirement"/> says.</summary>
    public static async Task<SmallDisk> MountAsync(TestFiles files, int megabytes, string name = "small-disk")
    {
        string path = files.CreateDirectory(name);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A file system to fill up can only be mounted on Linux.");
        bool isMounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "coordinator-test", path) == 0;
        Requirement.Holds(isMounted, "A file system to fill up can only be mounted by root: run the tests as root.");
        return new SmallDisk(path);
    }

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        byte[] block = new byte[4096];
        using FileStream file = new(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => Assert.Equal(0, await RunAsync("umount", Path));

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync().WithTimeout();
        return process.ExitCode;
    }
}
