using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>
/// The children of the runner that it did not start: what a run has orphaned, and no supervisor is above, and what an agent has made a
/// sibling of itself. An agent is the leader of a session of its own, and no descendant of it can enter the runner's.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AdoptedChildren
{
    /// <summary>How often it is looked again because one has died meanwhile: a run may orphan something all the time.</summary>
    private const int MaxLooks = 4;

    /// <summary>How long it is looked again for what is in no container: a chain of which each starts the next one and ends is caught soon.</summary>
    private static readonly TimeSpan MaxHunt = TimeSpan.FromMilliseconds(20);

    private readonly int _session = Libc.GetSessionId(0);
    private readonly Func<int, string?> _holderOf;
    private readonly HashSet<ProcessIdentity> _earlier;
    private readonly Lock _lock = new();
    private HashSet<ProcessIdentity> _dead = [];

    /// <param name="holderOf">The run in whose container a process is; null if it is in none.</param>
    public AdoptedChildren(Func<int, string?> holderOf)
    {
        _holderOf = holderOf;

        // What is there already is of no run: whoever was this process before, as an entry script is, has left it.
        _earlier = [.. Ids().Select(ProcessStat.TryRead).OfType<ProcessStat>().Select(child => child.Identity)];
    }

    /// <summary>
    /// Looks for those that are alive or have just died. A process that dies gives its own children to the runner just before it counts
    /// as dead, so that they are looked for once more after whatever was found dead for the first time. What was once found in no
    /// container is told so, also if it has ended or gone elsewhere meanwhile.
    /// </summary>
    /// <param name="isToEnd">Whether one that is alive is to be sent SIGKILL at once, before it can start another one.</param>
    public IReadOnlyList<Sighting> Find(Func<Sighting, bool> isToEnd)
    {
        lock (_lock)
        {
            Dictionary<ProcessIdentity, Sighting> outside = [];
            long begun = Stopwatch.GetTimestamp();
            bool isHunting = false;
            for (int look = 1; ; look++)
            {
                int known = outside.Count;
                (IReadOnlyList<Sighting> held, bool isAnyNewlyDead) = Look(isHunting, outside, isToEnd);
                bool hasHuntedAll = !isHunting;
                isHunting = outside.Count > known && Stopwatch.GetElapsedTime(begun) < MaxHunt;
                if (hasHuntedAll && !isHunting && (!isAnyNewlyDead || look >= MaxLooks))
                    return [.. outside.Values, .. held];
            }
        }
    }

    /// <summary>Whether a process is a child of the runner that it did not start.</summary>
    public bool IsAdopted(ProcessStat child) =>
        child.Parent == Environment.ProcessId
        && child.Session != _session
        && !Children.IsKnown(child.Id)
        && !_earlier.Contains(child.Identity);

    /// <summary>Collects those that have ended: who adopts them has to.</summary>
    /// <param name="isAwaited">Whether somebody else will, who wants to know how one ended.</param>
    public void CollectEnded(Func<int, bool> isAwaited)
    {
        // Never while they are looked at: what has died and is not collected still shows where it was.
        lock (_lock)
        {
            foreach (ProcessStat ended in Adopted(Ids()).Where(child => !child.IsAlive && !isAwaited(child.Id)))
                Children.Collect(ended.Id, wait: false);
        }
    }

    /// <summary>
    /// Whether one was started here is asked before it is looked at, too: it may be collected, and forgotten, in between.
    /// </summary>
    private IEnumerable<ProcessStat> Adopted(IEnumerable<int> ids) =>
        ids.Where(id => !Children.IsKnown(id)).Select(ProcessStat.TryRead).OfType<ProcessStat>().Where(IsAdopted);

    private (IReadOnlyList<Sighting> Held, bool IsAnyNewlyDead) Look(
        bool isHunting, Dictionary<ProcessIdentity, Sighting> outside, Func<Sighting, bool> isToEnd)
    {
        List<Sighting> held = [];
        HashSet<ProcessIdentity> dead = [];
        bool isAnyNewlyDead = false;
        foreach (ProcessStat child in Adopted(isHunting ? OfFirstThread() : Ids()))
        {
            if (!child.IsAlive)
            {
                dead.Add(child.Identity);
                if (_dead.Contains(child.Identity))
                    continue;
                isAnyNewlyDead = true;
            }

            Sighting sighting = new(child, _holderOf(child.Id));
            if (sighting.Holder is null && ProcessStat.TryRead(child.Id) is null)
            {
                // Somebody else has collected it in between.
                isAnyNewlyDead = true;
                continue;
            }

            if (child.IsAlive && isToEnd(sighting))
                child.Identity.TrySignal(UnixSignal.Kill);
            if (sighting.Holder is null)
                outside.TryAdd(child.Identity, sighting);
            else
                held.Add(sighting);
        }

        if (isHunting)
            dead.UnionWith(_dead);
        _dead = dead;
        return (held, isAnyNewlyDead);
    }

    /// <summary>
    /// The children of all threads: orphans come to the first one, and what an agent has made its sibling is the child of the thread
    /// that started the agent. Read twice, as the system may leave one out while another one goes.
    /// </summary>
    private static SortedSet<int> Ids()
    {
        SortedSet<int> ids = [];
        for (int i = 0; i < 2; i++)
        {
            foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
                ids.UnionWith(OfThread(Path.GetFileName(thread)));
        }

        return ids;
    }

    /// <summary>The orphans, the newest first.</summary>
    private static IEnumerable<int> OfFirstThread() => OfThread(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)).Reverse();

    private static IEnumerable<int> OfThread(string thread)
    {
        int self = Environment.ProcessId;
        string children = ProcFile.ReadText(self, Encoding.ASCII.GetBytes($"task/{thread}/children"));
        if (children.Length > 0)
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));

        // A kernel without these lists has them for no thread, so that the first one stands for all.
        return thread != self.ToString(CultureInfo.InvariantCulture) || File.Exists($"/proc/self/task/{thread}/children")
            ? []
            : ProcessTable.Enumerate().Where(process => process.Parent == self).Select(process => process.Id);
    }
}
