using Coordinator.Testing.Waiting;

namespace Coordinator.Testing.Processes;

/// <summary>Ends what a test has left behind, so that it does not load the machine of the next one.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Ends the processes named, whatever they forked, and whatever works in the directory, until nothing of it is alive.
    /// </summary>
    public static Task EndAsync(string directory, IReadOnlyCollection<ProcessEntry> known) =>
        OperatingSystem.IsLinux()
            ? Eventually.Get(() => KillOnce(directory, known), left => left.Count == 0, what: "the end of all leftovers")
            : Task.CompletedTask;

    /// <summary>What the program has started and would leave behind if it ended now.</summary>
    public static IReadOnlyList<ProcessEntry> Of(int processId) =>
        OperatingSystem.IsLinux() ? ProcessTable.DescendantsOf(processId) : [];

    private static List<ProcessEntry> KillOnce(string directory, IEnumerable<ProcessEntry> known)
    {
        List<ProcessEntry> roots = [.. known.Where(ProcessTable.IsAlive), .. ProcessTable.Marked(directory)];
        List<ProcessEntry> left = [.. roots.Concat(roots.SelectMany(root => ProcessTable.DescendantsOf(root.Id))).Distinct()];
        foreach (var process in left)
            Signals.Send(process.Id, Signals.Kill);
        return left;
    }
}
