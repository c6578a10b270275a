using System.ComponentModel;
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
    public string Name => System.IO.Path.GetFileName(Directory);

    public bool Exists => System.IO.Directory.Exists(Directory);

    public IEnumerable<Cgroup> Children => Exists
        ? System.IO.Directory.EnumerateDirectories(Directory).Select(d => Child(System.IO.Path.GetFileName(d)))
        : [];

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

    /// <summary>Kills everything in it and below at one stroke: the kernel lets no fork get away.</summary>
    public void Kill()
    {
        try
        {
            File.WriteAllText(Interface("cgroup.kill"), "1");
        }
        catch (Exception e) when (e is IOException && !Exists)
        {
        }
    }

    /// <summary>Every process in it and below that can be read.</summary>
    public IEnumerable<ProcessStat> Members()
    {
        foreach (var id in ReadIds())
        {
            if (ProcessStat.TryRead(id) is { } stat && Holds(id))
            {
                yield return stat;
            }
        }

        foreach (var member in Children.SelectMany(child => child.Members()))
        {
            yield return member;
        }
    }

    /// <summary>Removes it with all below; false while something lives there.</summary>
    public bool TryRemove()
    {
        try
        {
            foreach (var child in Children)
            {
                child.TryRemove();
            }
        }
        catch (DirectoryNotFoundException)
        {
        }

        return Libc.RemoveDirectory(Directory) == 0 || !Exists;
    }

    /// <summary>
    /// Whether the process of this number is in it or below: between the list and the look at the process the number
    /// may have passed to somebody else.
    /// </summary>
    private bool Holds(int process)
    {
        const string Version2 = "0::";
        var path = ProcFile.ReadText(process, "cgroup"u8)
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith(Version2, StringComparison.Ordinal))?[Version2.Length..];
        return path is not null && (path == Path || path.StartsWith(Path + "/", StringComparison.Ordinal));
    }

    private int[] ReadIds()
    {
        try
        {
            // 0 stands for a process that this one's namespace does not show.
            return [.. File.ReadLines(Interface("cgroup.procs")).Select(int.Parse).Where(id => id > 0)];
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            return [];
        }
    }

    private string Interface(string name) => System.IO.Path.Combine(Directory, name);
}
