using System.ComponentModel;
using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.Privacy;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// Homes that no run has any more. They are deleted by one thread, one after the other: each may hold a hundred thousand files, and no run
/// should wait for that. What is left when the runner ends is deleted when it starts the next time. Thread-safe.
/// </summary>
/// <remarks>
/// Another agent may have a directory of such a home open, and could put a link where one was a moment ago. Nobody can lead the runner
/// astray by that: it enters directories only here, where nobody else gets to. What is not deleted at once where it is, because it is a
/// directory, is moved here first; so only one is open at a time, too, however deep they are.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed partial class RemovedHomes(string directory, ILogger logger) : IDisposable
{
    /// <summary>No run is called like this.</summary>
    public const string Name = ".removed";

    /// <summary>The thread ends after the entry that it is at.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Thread? _thread;
    private bool _isDue;
    private volatile bool _isClosed;
    private long _lastNumber;

    /// <summary>Where they are.</summary>
    public string Place => directory;

    /// <summary>Makes the place for them; what is there stays until <see cref="BeginToDelete"/>.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public void Open()
    {
        PrivateDirectory.Create(directory);
        foreach (string left in Directory.EnumerateFileSystemEntries(directory))
        {
            if (long.TryParse(Path.GetFileName(left), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                _lastNumber = Math.Max(_lastNumber, number);
        }
    }

    /// <summary>Moves a home here, and has it deleted soon.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be moved.</exception>
    public void Add(string home)
    {
        Directory.Move(home, NewPath());
        BeginToDelete();
    }

    /// <summary>Deletes all that is here, on the thread for it.</summary>
    public void BeginToDelete()
    {
        lock (_lock)
        {
            _isDue = true;
            if (_thread is not null || _isClosed)
                return;
            _thread = new Thread(Run) { IsBackground = true, Name = "agent-homes" };
            _thread.Start();
        }
    }

    public void Dispose()
    {
        Thread? thread;
        lock (_lock)
        {
            _isClosed = true;
            thread = _thread;
        }

        thread?.Join(Patience);
    }

    private void Run()
    {
        while (true)
        {
            lock (_lock)
            {
                if (!_isDue || _isClosed)
                {
                    _thread = null;
                    return;
                }

                _isDue = false;
            }

            try
            {
                DeleteAll();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogNotDeleted(logger, directory, exception.Message);
            }
        }
    }

    /// <summary>Looks again until nothing is left that has not failed: deleting one directory brings those that are in it.</summary>
    private void DeleteAll()
    {
        HashSet<string> failed = [];
        bool isNew = true;
        while (isNew && !_isClosed)
        {
            isNew = false;
            foreach (string entry in Directory.EnumerateFileSystemEntries(directory).Where(entry => !failed.Contains(entry)))
            {
                if (_isClosed)
                    return;
                isNew = true;
                if (TryDelete(entry) is not { } reason)
                    continue;
                failed.Add(entry);
                LogNotDeleted(logger, entry, reason);
            }
        }
    }

    /// <summary>Null if it is deleted, but for the directories in it, which are entries of this one now; otherwise why it is not.</summary>
    private string? TryDelete(string entry)
    {
        try
        {
            if (DirectoryEntries.TryDelete(entry))
                return null;
            using FileDescriptor home = FileDescriptor.Open(entry);
            DirectoryEntries.Empty(home, NewPath, () => _isClosed);
            DirectoryEntries.DeleteEmpty(entry);
            return null;
        }
        catch (Win32Exception exception)
        {
            return _isClosed ? null : exception.Message;
        }
    }

    private string NewPath() => Path.Combine(directory, Interlocked.Increment(ref _lastNumber).ToString(CultureInfo.InvariantCulture));

    [LoggerMessage(84, LogLevel.Warning, "{Entry} of removed homes could not be deleted and is tried again at the next start: {Reason}")]
    private static partial void LogNotDeleted(ILogger logger, string entry, string reason);
}
