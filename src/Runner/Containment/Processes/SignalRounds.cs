using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>
/// Signals processes that may be forking meanwhile: looks again after each round, until one finds nobody new. The
/// rounds are bounded; who must be sure calls again until nothing is left. Even then what nobody holds otherwise may have got away: no
/// look at the list of processes is a proof against one that forks while the list is read.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SignalRounds
{
    private const int MaximumRounds = 50;

    /// <summary>
    /// SIGTERM is a courtesy, and the clock of the grace period is running: a run that forks faster than it is looked at
    /// must not keep the ladder from its next step.
    /// </summary>
    internal static readonly TimeSpan MaximumCourtesy = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Sends SIGTERM once to each process that <paramref name="find"/> finds, and notes all of them. The agent need not
    /// wait to be found; a second SIGTERM, which some programs take for impatience, it must not get.
    /// </summary>
    public static void Terminate(ProcessIdentity agent, Func<IEnumerable<ProcessStat>> find, ProcessLedger seen)
    {
        var signalled = new HashSet<ProcessIdentity>();

        // It may be gone before it is found, and may have become another program since it was noted.
        if (ProcessStat.TryRead(agent) is { IsAlive: true } stat)
        {
            seen.Note(stat);
        }

        if (agent.TrySignal(UnixSignal.Terminate))
        {
            signalled.Add(agent);
        }

        long begun = Stopwatch.GetTimestamp();
        while (Round(find, seen, signalled, UnixSignal.Terminate) && Stopwatch.GetElapsedTime(begun) < MaximumCourtesy)
        {
        }
    }

    /// <summary>
    /// Stops everybody first and kills then. What is stopped cannot fork, so that the rounds run out of newcomers; with
    /// SIGKILL alone each parent's death would only tell its children to hurry.
    /// </summary>
    public static void Kill(Func<IEnumerable<ProcessStat>> find, ProcessLedger seen)
    {
        HashSet<int> spared = [.. ProcessTable.SelfAndAncestors().Select(id => ProcessStat.TryRead(id)?.Group ?? 0)];
        KillAll(Stop(() => StopGroups(find(), spared), seen));
    }

    /// <summary>As <see cref="Kill"/>, for processes that may share their groups with some that nothing is to happen to.</summary>
    public static void KillApart(Func<IEnumerable<ProcessStat>> find, ProcessLedger seen) => KillAll(Stop(find, seen));

    private static HashSet<ProcessIdentity> Stop(Func<IEnumerable<ProcessStat>> find, ProcessLedger seen)
    {
        var stopped = new HashSet<ProcessIdentity>();
        for (var round = 0; round < MaximumRounds && Round(find, seen, stopped, UnixSignal.Stop); round++)
        {
        }

        return stopped;
    }

    private static void KillAll(HashSet<ProcessIdentity> processes)
    {
        foreach (var identity in processes)
        {
            identity.TrySignal(UnixSignal.Kill);
        }
    }

    /// <summary>
    /// A chain in which each process forks the next one and exits is too quick to be caught one by one, but it shares a
    /// group unless it takes care not to, and the kernel signals a group at one stroke. A group lies within one
    /// session, and sessions are inherited: a group of the run holds nothing but processes of the run.
    /// </summary>
    private static IEnumerable<ProcessStat> StopGroups(IEnumerable<ProcessStat> processes, HashSet<int> spared)
    {
        var groups = new HashSet<int>();
        foreach (var process in processes)
        {
            if (process.Group > 1 && !spared.Contains(process.Group) && groups.Add(process.Group))
            {
                _ = Libc.Kill(-process.Group, UnixSignal.Stop);
            }

            yield return process;
        }
    }

    private static bool Round(
        Func<IEnumerable<ProcessStat>> find, ProcessLedger seen, HashSet<ProcessIdentity> signalled, int signal)
    {
        var foundNew = false;
        foreach (var process in find().Where(p => p.IsAlive))
        {
            seen.Note(process);
            if (signalled.Add(process.Identity))
            {
                foundNew = true;
                process.Identity.TrySignal(signal);
            }
        }

        return foundNew;
    }
}
