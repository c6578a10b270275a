using System.Text;
using Coordinator.Hosting;

namespace Coordinator.Storage;

/// <summary>
/// Proves that no other coordinator works on the data directory: an exclusive lock of the operating system on
/// <c>coordinator.lock</c>, held until this is disposed and let go by the system however the process ends. The file names
/// its holder and stays; only the lock counts.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StartException">Somebody else holds the lock.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, "coordinator.lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (File.Exists(path))
        {
            throw new StartException(
                $"Another coordinator{Holder(path)} works on {directory}. Stop it, or give this one a directory of its own with "
                + "--Coordinator:DataDirectory=<directory>.", StartException.Environment, problem);
        }

        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
        file.Flush();
        return new DataDirectoryLock(file);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Who holds the lock, as far as the file can be read (on Windows it cannot).</summary>
    private static string Holder(string path)
    {
        try
        {
            // Sharing everything, the file is opened without asking for a lock.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(file);
            return int.TryParse(reader.ReadLine(), out int process) ? $" (process {process})" : "";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
