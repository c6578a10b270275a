namespace Coordinator.Testing.Processes;

/// <summary>
/// The machine's processes, as a test looks for what should or should not be alive. Zombies are not alive. A list is not
/// an atomic picture: to find that nothing is left, look again after it was found.
/// </summary>
public static class ProcessTable
{
    /// <summary>The variable by which every process of a run can be found.</summary>
    public const string RunIdVariable = "COORDINATOR_RUN_ID";

    /// <summary>All processes, by id.</summary>
    public static IReadOnlyList<ProcessEntry> All() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var id) ? id : 0)
            .Where(id => id > 0)
            .Order()
            .Select(ProcessEntry.TryRead)
            .OfType<ProcessEntry>(),
    ];

    /// <summary>The processes that were started with the run's cookie in their environment.</summary>
    public static IReadOnlyList<ProcessEntry> OfRun(string runId) => WithVariable(RunIdVariable, runId);

    /// <summary>The processes that were started with this variable.</summary>
    public static IReadOnlyList<ProcessEntry> WithVariable(string name, string value)
    {
        var cookie = $"{name}={value}";
        return Where(process => process.Environment?.Contains(cookie) == true);
    }

    /// <summary>
    /// The processes whose command line or working directory contains the text; not the test's own process. Also finds
    /// those that cleared their environment.
    /// </summary>
    public static IReadOnlyList<ProcessEntry> Marked(string marker) =>
        Where(process => process.Id != Environment.ProcessId && process.IsMarked(marker));

    /// <summary>The processes in a cgroup and in those below it; the path is absolute, as a directory.</summary>
    public static IReadOnlyList<ProcessEntry> InCgroup(string path)
    {
        if (!Directory.Exists(path))
            return [];

        return
        [
            .. Directory.EnumerateFiles(path, "cgroup.procs", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines)
                .Select(line => ProcessEntry.TryRead(int.Parse(line)))
                .OfType<ProcessEntry>(),
        ];
    }

    /// <summary>The process's children, their children, and so on; not itself.</summary>
    public static IReadOnlyList<ProcessEntry> DescendantsOf(int processId)
    {
        var children = All().ToLookup(process => process.ParentId);
        return [.. Below(processId)];

        IEnumerable<ProcessEntry> Below(int id) => children[id].SelectMany(child => Below(child.Id).Prepend(child));
    }

    /// <summary>Whether exactly this process is alive, not another one that got its id.</summary>
    public static bool IsAlive(ProcessEntry process) =>
        ProcessEntry.TryRead(process.Id) is { } now && now.StartTime == process.StartTime;

    private static IReadOnlyList<ProcessEntry> Where(Func<ProcessEntry, bool> condition) => [.. All().Where(condition)];
}
