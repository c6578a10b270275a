using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>Decides which of the processes that were found have escaped from one run, and tells the run so.</summary>
/// <param name="run">The run, whose container is empty.</param>
/// <param name="runs">All of them.</param>
/// <param name="owners">What was seen in which run.</param>
/// <param name="holderOf">The run in whose container a process is; null if it is in none.</param>
[SupportedOSPlatform("linux")]
internal sealed class EscapeSearch(LinuxRunContainer run, LivingRuns runs, ProcessOwners owners, Func<int, string?> holderOf)
{
    private readonly List<ProcessStat> _own = [];
    private readonly List<ProcessStat> _doubtful = [];

    /// <summary>What descends from the run's agent.</summary>
    public IReadOnlyList<ProcessStat> Own => _own;

    /// <summary>What may be somebody else's and has to be ended as well, because it may be the run's.</summary>
    public IReadOnlyList<ProcessStat> Doubtful => _doubtful;

    /// <summary>Whether something that was just ending may have left something else behind.</summary>
    public bool IsToLookAgain { get; private set; }

    /// <summary>
    /// Takes a process that the runner has adopted. It counts also if it has ended by now: what it left behind is found by the next
    /// look alone. Its environment says nothing, as the agent wrote it.
    /// </summary>
    public void TakeAdopted(Sighting sighting)
    {
        (ProcessStat process, string? holder) = sighting;
        if (holder is not null)
            IsToLookAgain |= holder == run.RunId;       // The container is not empty after all.
        else if (owners.OwnerOf(process) is not { } owner)
            TakeUnowned(process);
        else if (owner.Run == run)
            TakeEscaped(process, isOwn: owner.IsDescent);
        else if (owner.IsDescent)
            owner.Run.Break($"{process.Description} of it was found outside of its container");
        else if (run.IsOlderThan(process.Identity))
            TakeSilently(process);
    }

    /// <summary>Takes a process that was seen in the run.</summary>
    public void TakeSeen(ProcessStat process, Belonging owner)
    {
        string? holder = holderOf(process.Id);
        IsToLookAgain |= holder == run.RunId;

        // What was seen in the container, and is in another one now, may be of that one.
        if (holder != run.RunId && (owner.IsDescent || !IsAnothers(holder)) && IsStill(process))
            TakeEscaped(process, isOwn: owner.IsDescent);
    }

    /// <summary>
    /// Takes a process that carries the run's cookie. A cookie can be forged: what another run holds or owns is that one's, and what
    /// is older than the run is nobody's.
    /// </summary>
    public void TakeCarrier(Sighting sighting)
    {
        (ProcessStat process, string? holder) = sighting;
        if (!run.IsOlderThan(process.Identity)
            || IsAnothers(holder)
            || (owners.OwnerOf(process)?.Run ?? runs.OwnerByTree(process)) is { } owner && owner != run
            || ProcessTable.SelfAndAncestors().Contains(process.Id))
        {
            return;
        }

        if (holder == run.RunId || !IsStill(process))
            IsToLookAgain = true;
        else if (!IsAnothers(holderOf(process.Id)) && ProcessCookie.Read(process.Id).RunId == run.RunId)
            TakeEscaped(process, isOwn: false);
    }

    /// <summary>
    /// It is the run's unless the run is younger, or another one is known to have been broken out of: then it probably comes from that
    /// one, but has to be gone for this one's proof as well.
    /// </summary>
    private void TakeUnowned(ProcessStat process)
    {
        IReadOnlyList<LinuxRunContainer> suspects = runs.SuspectsOf(process.Identity);
        if (!suspects.Contains(run))
            return;
        if (!run.IsBroken && suspects.Any(other => other.IsBroken))
            TakeSilently(process);
        else
            TakeEscaped(process, isOwn: suspects.Count == 1);
    }

    /// <summary>What this runner may not even signal is not waited for: somebody else's word stands against the run for nothing.</summary>
    private void TakeSilently(ProcessStat process)
    {
        if (!process.IsAlive || !IsStill(process))
            IsToLookAgain = true;
        else if (process.Identity.TrySignal(0))
            _doubtful.Add(process);
    }

    private void TakeEscaped(ProcessStat process, bool isOwn)
    {
        run.Break($"{process.Description} was found outside of its container");
        if (!IsStill(process))
            IsToLookAgain = true;
        else if (isOwn)
            _own.Add(process);
        else
            _doubtful.Add(process);
    }

    /// <summary>Whether it has not ended since it was found, and its number is not another one's by now.</summary>
    private static bool IsStill(ProcessStat process) => ProcessStat.TryRead(process.Identity) is { IsAlive: true };

    private bool IsAnothers(string? holder) => holder is not null && holder != run.RunId;
}
