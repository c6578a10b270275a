namespace Coordinator.Testing;

/// <summary>
/// A directory of one test, deleted with everything in it when the test ends. Its path is unique, which makes it a mark
/// by which a test finds the processes that work in it.
/// </summary>
public sealed class TestFiles : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("coordinator-test-");

    /// <summary>The directory.</summary>
    public string Root => _root.FullName;

    /// <summary>A path below the directory. Nothing is created.</summary>
    public string At(params ReadOnlySpan<string> names) => Path.Combine([Root, .. names]);

    /// <summary>Creates a directory below for this user alone, as one for data has to be, and returns its path.</summary>
    public string CreateDirectory(params ReadOnlySpan<string> names) => CreatePrivate(At(names)).FullName;

    /// <summary>Writes a text file below and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = At(name);
        CreatePrivate(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a shell script that can be executed and returns its path.</summary>
    public string WriteScript(string name, string body)
    {
        var path = Write(name, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>
    /// Deletes the directory. A process that is just ending may write into it meanwhile, so it is tried for a while; when
    /// that does not help, something of the test lives on, and that is the test's failure.
    /// </summary>
    public void Dispose()
    {
        if (!SpinWait.SpinUntil(TryDelete, TimeSpan.FromSeconds(2)))
            _root.Delete(recursive: true);
    }

    private static DirectoryInfo CreatePrivate(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private bool TryDelete()
    {
        try
        {
            _root.Delete(recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
