using System.IO.Enumeration;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>All processes of the machine, as <c>/proc</c> shows them.</summary>
[SupportedOSPlatform("linux")]
internal static class ProcessTable
{
    /// <summary>The numbers of all processes, in their order.</summary>
    public static IEnumerable<int> Ids() => new FileSystemEnumerable<int>("/proc", static (ref entry) => int.Parse(entry.FileName))
    {
        ShouldIncludePredicate = static (ref entry) => char.IsAsciiDigit(entry.FileName[0]),
    };

    /// <summary>
    /// Each process is read when it is asked for, so that who signals while enumerating acts within microseconds of
    /// what was seen.
    /// </summary>
    /// <exception cref="IOException">One of them could not be looked at, so that this would not be all.</exception>
    public static IEnumerable<ProcessStat> Enumerate()
    {
        foreach (var id in Ids())
        {
            if (ProcessStat.TryRead(id) is { } stat)
            {
                yield return stat;
            }
        }
    }

    /// <summary>
    /// Every process beneath the ones that <paramref name="isRoot"/> names, and those it names with
    /// <paramref name="includeRoots"/>. What forks while this runs may be missed; who needs all asks again until
    /// nothing new comes.
    /// </summary>
    public static IEnumerable<ProcessStat> Descendants(Func<ProcessStat, bool> isRoot, bool includeRoots)
    {
        var family = new HashSet<int>();
        var strangers = new List<ProcessStat>();
        foreach (var process in Enumerate())
        {
            var root = isRoot(process);
            if (root || family.Contains(process.Parent))
            {
                family.Add(process.Id);
                if (!root || includeRoots)
                {
                    yield return process;
                }
            }
            else
            {
                strangers.Add(process);
            }
        }

        // Numbers start again at the bottom when they reach the top: a child may have come before its parent.
        for (var grown = true; grown;)
        {
            grown = false;
            for (var i = strangers.Count - 1; i >= 0; i--)
            {
                if (family.Contains(strangers[i].Parent))
                {
                    grown = true;
                    family.Add(strangers[i].Id);
                    yield return strangers[i];
                    strangers.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>This process and everything above it: what must never be signalled by mistake.</summary>
    public static IReadOnlySet<int> SelfAndAncestors()
    {
        var result = new HashSet<int>();
        for (var id = Environment.ProcessId; id > 0 && result.Add(id);)
        {
            id = ProcessStat.TryRead(id)?.Parent ?? 0;
        }

        return result;
    }
}
