namespace Coordinator.Storage.Sqlite;

/// <summary>
/// Proves that no other coordinator works on the data directory: an exclusive lock of the operating system on
/// <c>coordinator.lock</c>, held until this is disposed and let go by the system however the process ends. The file stays
/// behind; only the lock counts.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StartException">Somebody else holds the lock.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, "coordinator.lock");
        try
        {
            return new DataDirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException problem) when (File.Exists(path))
        {
            throw new StartException(
                $"Another coordinator works on {directory}. Stop it, or give this one a directory of its own with "
                + "--Coordinator:DataDirectory=<directory>.", StartException.Environment, problem);
        }
    }

    public void Dispose() => _file.Dispose();
}
