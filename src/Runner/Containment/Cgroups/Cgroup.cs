using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>One cgroup of version 2.</summary>
/// <param name="Directory">Where it is in the file system.</param>
/// <param name="Path">What <c>/proc/&lt;pid&gt;/cgroup</c> calls it.</param>
[SupportedOSPlatform("linux")]
internal sealed record Cgroup(string Directory, string Path)
{
    /// <summary>How long a directory's path may be for what is in it to be reached by its own: names have at most 255 characters.</summary>
    private const int LongestReached = 4096 - 512;

    private const int NameTooLong = 36;     // ENAMETOOLONG
    private const string RemovedMark = " (deleted)";

    public string Name => System.IO.Path.GetFileName(Directory);

    public bool Exists => System.IO.Directory.Exists(Directory);

    /// <summary>Those that are there now: an agent may make and remove some at any moment.</summary>
    public IReadOnlyList<Cgroup> Children => [.. ChildNames().Select(Child)];

    /// <summary>Whether a process lives in it or below. Zombies do not count; a cgroup that is gone has none.</summary>
    public bool IsPopulated
    {
        get
        {
            try
            {
                return File.ReadLines(Interface("cgroup.events")).Contains("populated 1");
            }
            catch (Exception e) when (e is IOException && !Exists)
            {
                return false;
            }
        }
    }

    public Cgroup Child(string name) =>
        new(System.IO.Path.Combine(Directory, name), Path.EndsWith('/') ? Path + name : $"{Path}/{name}");

    public Cgroup Create()
    {
        System.IO.Directory.CreateDirectory(Directory);
        return this;
    }

    /// <summary>
    /// Kills everything in it and below at one stroke: the kernel lets no fork get away. False if that cannot be done; then its
    /// processes have to be signalled one by one.
    /// </summary>
    /// <param name="obstacle">What keeps it from being killed so, which only somebody who fights it brings about; null if that is not known.</param>
    public bool TryKill(out string? obstacle)
    {
        const int NotSupported = 95;    // EOPNOTSUPP
        obstacle = null;
        try
        {
            File.WriteAllText(Interface("cgroup.kill"), "1");
            return true;
        }
        catch (Exception exception) when (exception is IOException && !Exists)
        {
            return true;
        }
        catch (UnauthorizedAccessException exception)
        {
            obstacle = exception.Message;
            return false;
        }
        catch (IOException exception)
        {
            obstacle = exception.HResult == NotSupported ? "it was made a threaded one" : null;
            return false;
        }
    }

    /// <summary>Every process in it and below, as the processes themselves tell it: however deep, and whatever was made of its files.</summary>
    public IEnumerable<ProcessStat> HeldProcesses() =>
        ProcessTable.Enumerate().Where(process => process.Id != Environment.ProcessId && Holds(process.Id));

    /// <summary>Every process in it and below that can be read.</summary>
    /// <param name="patience">How long cgroups are gone through: an agent may make as many as it likes. Null goes through all.</param>
    public IEnumerable<ProcessStat> Members(TimeSpan? patience = null)
    {
        long begun = Stopwatch.GetTimestamp();
        Stack<Cgroup> left = new([this]);
        while (left.TryPop(out Cgroup? cgroup))
        {
            foreach (int id in cgroup.ReadIds())
            {
                if (ProcessStat.TryRead(id) is { } stat && Holds(id))
                    yield return stat;
            }

            foreach (string child in cgroup.ChildNames())
            {
                if (patience is { } most && Stopwatch.GetElapsedTime(begun) > most)
                    yield break;
                if (cgroup.Directory.Length < LongestReached)
                    left.Push(cgroup.Child(child));
            }
        }
    }

    /// <summary>Removes it with all below, however deep that is; false while something lives there.</summary>
    public bool TryRemove() =>
        Libc.RemoveDirectory(Directory) == 0 || !Exists || (CgroupTree.TryRemoveBelow(Directory) && Libc.RemoveDirectory(Directory) == 0);

    /// <summary>
    /// Whether the process of this number is in it or below: between the list and the look at the process the number
    /// may have passed to somebody else.
    /// </summary>
    public bool Holds(int process) => PathBelow(process) is not null;

    /// <summary>The name of the child in which, or below which, a process is; null if it is in none, or gone.</summary>
    /// <exception cref="IOException">That cannot be read.</exception>
    public string? ChildHolding(int process) => PathBelow(process) is { Length: > 1 } below ? below[1..].Split('/')[0] : null;

    /// <summary>Whether a process is known to be neither in it nor below.</summary>
    /// <exception cref="IOException">That cannot be read.</exception>
    public bool HasLeft(int process) => PathBelow(process) is null && ProcessStat.TryRead(process) is not null;

    /// <summary>Where a process is in relation to this, as in "/child"; null if it is neither in it nor below, or gone.</summary>
    private string? PathBelow(int process)
    {
        string? path;
        try
        {
            path = PathOf(process);
        }
        catch (IOException exception) when (exception.HResult == NameTooLong)
        {
            // The kernel does not tell a place so deep. Only an agent makes one, and beneath its own cgroup, so that this can be found.
            return Children.FirstOrDefault(child => child.IsPopulated && child.IsTooDeep()) is { } deep ? $"/{deep.Name}" : null;
        }

        if (path is null || !(path == Path || path.StartsWith(Path.TrimEnd('/') + "/", StringComparison.Ordinal)))
            return null;

        // What has died in a cgroup that is removed still tells where it was.
        string below = path[Path.TrimEnd('/').Length..];
        return below.EndsWith(RemovedMark, StringComparison.Ordinal) ? below[..^RemovedMark.Length] : below;
    }

    /// <summary>Where a process is; null if it is gone.</summary>
    private static string? PathOf(int process)
    {
        const string Version2 = "0::";
        return ProcFile.ReadText(process, "cgroup"u8)
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith(Version2, StringComparison.Ordinal))?[Version2.Length..];
    }

    /// <summary>Whether something below is too deep for its path to be told.</summary>
    private bool IsTooDeep()
    {
        Stack<Cgroup> left = new([this]);
        while (left.TryPop(out Cgroup? cgroup))
        {
            if (cgroup.Directory.Length >= LongestReached)
                return true;
            foreach (string child in cgroup.ChildNames())
                left.Push(cgroup.Child(child));
        }

        return false;
    }

    /// <summary>The names of those in it, read as they are asked for.</summary>
    private IEnumerable<string> ChildNames()
    {
        IEnumerator<string>? directories = null;
        try
        {
            while (TryMoveNext())
                yield return System.IO.Path.GetFileName(directories!.Current);
        }
        finally
        {
            directories?.Dispose();
        }

        bool TryMoveNext()
        {
            try
            {
                directories ??= System.IO.Directory.EnumerateDirectories(Directory).GetEnumerator();
                return directories.MoveNext();
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException && !Exists))
            {
                return false;
            }
        }
    }

    private int[] ReadIds()
    {
        try
        {
            // 0 stands for a process that this one's namespace does not show.
            return [.. File.ReadLines(Interface("cgroup.procs")).Select(int.Parse).Where(id => id > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return [];
        }
    }

    private string Interface(string name) => System.IO.Path.Combine(Directory, name);
}
