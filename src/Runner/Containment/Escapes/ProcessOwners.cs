using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>
/// Which run each living process belongs to, as it was seen about once a second: beneath the run's agent, in the agent's session, or
/// in its container. What has once been seen in a run stays that run's wherever it goes. Thread-safe.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ProcessOwners : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Looking takes at most a twentieth of a processor, however many processes there are.</summary>
    private const int PausePerLook = 20;

    private readonly LivingRuns _runs;
    private readonly AdoptedChildren _children;
    private readonly Func<int, string?> _holderOf;
    private readonly ITimer _timer;
    private readonly SharedLook<bool> _look;
    private volatile Dictionary<ProcessIdentity, Belonging> _owners = [];

    /// <param name="runs">The runs that are not put away.</param>
    /// <param name="children">Those of the runner.</param>
    /// <param name="holderOf">The run in whose container a process is; null if it is in none.</param>
    /// <param name="time">The clock.</param>
    public ProcessOwners(LivingRuns runs, AdoptedChildren children, Func<int, string?> holderOf, TimeProvider time)
    {
        (_runs, _children, _holderOf) = (runs, children, holderOf);
        _look = new SharedLook<bool>(TryLook, time);
        _timer = time.CreateTimer(_ => _ = LookAndGoOnAsync(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The run that a process belongs to; null if that is none that is living, or is not known.</summary>
    public Belonging? OwnerOf(ProcessStat process)
    {
        IReadOnlyList<LinuxRunContainer> living = _runs.All;
        return living.FirstOrDefault(run => run.HasSessionOf(process)) is { } descent ? new Belonging(descent, IsDescent: true)
            : _owners.TryGetValue(process.Identity, out Belonging seen) && living.Contains(seen.Run) ? seen
            : null;
    }

    /// <summary>
    /// What was seen in a run and had not ended at the last look, but for the processes at its top, which the container knows itself.
    /// </summary>
    public IEnumerable<(ProcessIdentity Process, Belonging Owner)> Of(LinuxRunContainer run) =>
        _owners.Where(owned => owned.Value.Run == run && !run.IsAbove(owned.Key)).Select(owned => (owned.Key, owned.Value));

    /// <summary>Completes after a look that begins after the call.</summary>
    public Task LookAsync() => _look.LookAsync();

    public void Dispose() => _timer.Dispose();

    private async Task LookAndGoOnAsync()
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            await LookAsync();
        }
        finally
        {
            TimeSpan pause = PausePerLook * Stopwatch.GetElapsedTime(begun);
            _timer.Change(pause > Interval ? pause : Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryLook()
    {
        try
        {
            // Nobody asks about those that have users for themselves.
            IReadOnlyList<LinuxRunContainer> living = [.. _runs.All.Where(run => !run.HasOwnUser)];
            _owners = living.Count == 0 ? [] : Look(living);
            return true;
        }
        catch (Exception exception) when (exception is IOException or Win32Exception or UnauthorizedAccessException)
        {
            // What was seen before still counts, and the next look comes.
            return false;
        }
    }

    private Dictionary<ProcessIdentity, Belonging> Look(IReadOnlyList<LinuxRunContainer> living)
    {
        // A claim that was superseded may not be put away yet when the next one of the same run begins.
        Dictionary<string, LinuxRunContainer> byId = [];
        foreach (LinuxRunContainer run in living)
            byId[run.RunId] = run;
        Dictionary<int, ProcessStat> all = ProcessTable.Enumerate().Where(process => process.IsAlive).ToDictionary(process => process.Id);
        Dictionary<int, Belonging?> found = [];
        foreach (ProcessStat process in all.Values)
            Find(process);
        return found.Where(one => one.Value is not null).ToDictionary(one => all[one.Key].Identity, one => one.Value!.Value);

        void Find(ProcessStat process)
        {
            Stack<ProcessStat> path = [];
            Belonging? owner = null;
            while (!found.TryGetValue(process.Id, out owner))
            {
                path.Push(process);
                if (living.FirstOrDefault(run => run.IsAbove(process.Identity) || run.HasSessionOf(process)) is { } descent)
                    owner = new Belonging(descent, IsDescent: true);
                if (owner is not null || process.Parent == Environment.ProcessId || !all.TryGetValue(process.Parent, out ProcessStat parent))
                    break;
                // In a table that was not read at one stroke a number may have become another process's, and close a circle.
                found[process.Id] = null;
                process = parent;
            }

            foreach (ProcessStat below in path)
                found[below.Id] = owner ??= Known(below) ?? (below.Parent == Environment.ProcessId ? OfAdopted(below) : null);
        }

        Belonging? Known(ProcessStat process) =>
            _owners.TryGetValue(process.Identity, out Belonging owner) && living.Contains(owner.Run) ? owner : null;

        Belonging? OfAdopted(ProcessStat process)
        {
            if (_holderOf(process.Id) is { } runId && byId.TryGetValue(runId, out LinuxRunContainer? holder))
                return new Belonging(holder, IsDescent: false);
            return _children.IsAdopted(process) && _runs.SuspectsOf(process.Identity) is [{ } only] ? new Belonging(only, IsDescent: true) : null;
        }
    }
}

/// <summary>Whose a process is.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsDescent">
/// Whether it descends from the run's agent, which nobody can bring about who does not. It was only seen in the run's container
/// otherwise, which others may enter.
/// </param>
[SupportedOSPlatform("linux")]
internal readonly record struct Belonging(LinuxRunContainer Run, bool IsDescent);
