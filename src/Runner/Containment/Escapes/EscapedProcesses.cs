using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>
/// What belongs to a run of this runner and is not in its container: a process of the same user can leave it. The runner is the
/// subreaper above all runs, so that whatever has left comes to it when its parents have ended; what was seen in a run is known
/// wherever it goes; and what somebody else started with an agent's environment carries the run's cookie. All of it is ended, and the
/// run is known to have been broken out of.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EscapedProcesses : IDisposable
{
    private readonly Func<int, string?> _holderOf;
    private readonly AdoptedChildren _children;
    private readonly SharedLook<Survey> _survey;
    private readonly ProcessOwners _owners;
    private readonly Reaper _reaper;

    /// <param name="runnerId">This runner.</param>
    /// <param name="holderOf">
    /// What the container is called in which a process is: as the run that it is of; null if it is in none. Faults with an
    /// <see cref="IOException"/> if that cannot be read.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ContainmentUnavailableException">The system does not let this process adopt orphans.</exception>
    public EscapedProcesses(string runnerId, Func<int, string?> holderOf, TimeProvider time)
    {
        // What is where no run is kept is outside, whatever an agent has named the place.
        _holderOf = process => holderOf(process) is { } run && Runs.Has(run) ? run : null;
        Time = time;
        _children = new AdoptedChildren(_holderOf);
        if (!Subreaper.TryBecome())
        {
            throw new ContainmentUnavailableException(
                $"this process cannot be a subreaper ({Marshal.GetLastPInvokeErrorMessage()})");
        }

        _owners = new ProcessOwners(Runs, _children, _holderOf, time);
        _survey = new SharedLook<Survey>(new ProcessSurvey(runnerId, () => _children.Find(IsToEnd), _holderOf, IsAccountedFor).Look, time);
        _reaper = new Reaper(CollectEnded, time);
    }

    public TimeProvider Time { get; }

    public LivingRuns Runs { get; } = new();

    /// <summary>Begins to look at what <see cref="EndAsync"/> will want to know.</summary>
    public void BeginLook() => _ = _owners.LookAsync();

    /// <summary>Collects what has ended of the runner's adopted children.</summary>
    public void CollectEnded() => _children.CollectEnded(Runs.IsAgent);

    /// <summary>
    /// Looks for processes of a run whose container is empty, and sends them SIGKILL. Null if there are none; then nothing of the run
    /// is alive as far as can be observed.
    /// </summary>
    /// <exception cref="IOException">Something could not be looked at.</exception>
    public async ValueTask<ProcessCensus?> EndAsync(LinuxRunContainer run)
    {
        Survey survey = await _survey.LookAsync();
        EscapeSearch search = new(run, Runs, _owners, _holderOf);
        foreach (Sighting adopted in survey.Adopted)
            search.TakeAdopted(adopted);
        foreach ((ProcessIdentity seen, Belonging owner) in _owners.Of(run))
        {
            if (ProcessStat.TryRead(seen) is { IsAlive: true } now)
                search.TakeSeen(now, owner);
        }

        foreach (Sighting carrier in survey.ByCookie[run.RunId])
            search.TakeCarrier(carrier);
        if (search.Own.Count + search.Doubtful.Count == 0)
            return search.IsToLookAgain ? run.Ledger.Count([], otherwise: "a process that is just ending", out _) : null;

        // Only what is the run's for certain shares its group with nobody else's.
        SignalRounds.Kill(() => Families(search.Own), run.Ledger);
        SignalRounds.KillApart(() => Families(search.Doubtful), run.Ledger);
        return run.Ledger.Count(search.Own.Concat(search.Doubtful).DistinctBy(process => process.Identity), otherwise: "", out _);
    }

    public void Dispose()
    {
        _owners.Dispose();
        _reaper.Dispose();
    }

    private bool IsAccountedFor(Sighting sighting) =>
        sighting.Holder is not null || _owners.OwnerOf(sighting.Process) is { IsDescent: true };

    /// <summary>
    /// What is in no container, and may belong to a run that is ending, is ended at sight. What another run is known to own waits for
    /// that one's end.
    /// </summary>
    private bool IsToEnd(Sighting sighting) =>
        sighting.Holder is null
        && _owners.OwnerOf(sighting.Process) is not { IsDescent: true, Run.IsEnding: false }
        && Runs.SuspectsOf(sighting.Process.Identity).Any(run => run.IsEnding);

    private static IEnumerable<ProcessStat> Families(IReadOnlyList<ProcessStat> roots)
    {
        if (roots.Count == 0)
            return [];
        HashSet<ProcessIdentity> identities = [.. roots.Select(process => process.Identity)];
        return ProcessTable.Descendants(process => identities.Contains(process.Identity), includeRoots: true);
    }
}
