using Coordinator.Privacy;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// The runner's directory on disk, held for itself alone: two runners in one directory would take each other's runs for
/// what they left behind themselves, and end them.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <exception cref="StartupException">The directory cannot be written to, or another runner has it.</exception>
    public static DataDirectory Open(string configured)
    {
        string path = System.IO.Path.GetFullPath(configured);
        string file = System.IO.Path.Combine(path, "lock");
        try
        {
            PrivateDirectory.Create(path);
            PrivateDirectory.Create(System.IO.Path.Combine(path, "runs"));

            // Writing proves what opening does not: that the disk is neither full nor read-only.
            string probe = System.IO.Path.Combine(path, "probe");
            File.WriteAllText(probe, "x");
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException(StartupException.CannotRun,
            [
                $"The data directory {path} cannot be written to ({failure.Message.TrimEnd('.')}). " +
                "Make it writable, or set Runner:DataDirectory to another one.",
            ]);
        }

        if (PrivateDirectory.IsOpenToOthers(path))
        {
            throw new StartupException(StartupException.CannotRun,
            [
                $"Other users of this machine may enter the data directory {path}, in which prompts and output are kept. " +
                $"Close it with `chmod 700 {path}`, or set Runner:DataDirectory to another one.",
            ]);
        }

        try
        {
            // The operating system gives it back when the process ends, however it ends.
            FileStream held = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(path, held);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(StartupException.CannotRun,
            [
                $"Another runner uses the data directory {path}. " +
                "Stop it, or give this one a directory of its own with Runner:DataDirectory.",
            ]);
        }
    }

    public void Dispose() => _lock.Dispose();
}
