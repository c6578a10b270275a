using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>The runs of this runner of which something may be alive. Thread-safe.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LivingRuns
{
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<LinuxRunContainer> _living = [];
    private readonly List<string> _starting = [];

    public IReadOnlyList<LinuxRunContainer> All => _living;

    /// <summary>To be called before anything of a run can be alive; then either <see cref="Add"/> or <see cref="Forget"/>.</summary>
    public void Expect(string runId)
    {
        lock (_lock)
            _starting.Add(runId);
    }

    /// <summary>There is no such run after all.</summary>
    public void Forget(string runId)
    {
        lock (_lock)
            _starting.Remove(runId);
    }

    public void Add(LinuxRunContainer run)
    {
        lock (_lock)
        {
            _starting.Remove(run.RunId);
            _living = [.. _living, run];
        }
    }

    public void Remove(LinuxRunContainer run)
    {
        lock (_lock)
            _living = [.. _living.Where(other => other != run)];
    }

    /// <summary>Whether a run has that id.</summary>
    public bool Has(string runId)
    {
        lock (_lock)
            return _starting.Contains(runId) || _living.Any(run => run.RunId == runId);
    }

    /// <summary>The runs that were there when a process was started: of no other one it can be.</summary>
    public IReadOnlyList<LinuxRunContainer> SuspectsOf(ProcessIdentity process) => [.. _living.Where(run => run.IsOlderThan(process))];

    public bool IsAgent(int process) => _living.Any(run => run.ProcessId == process);

    /// <summary>The run that a process descends from by now; null if that is none.</summary>
    public LinuxRunContainer? OwnerByTree(ProcessStat process)
    {
        const int MaxTries = 5;
        LinuxRunContainer? owner = null;
        for (int i = 0; i < MaxTries && !TryClimb(process, out owner); i++)
            process = ProcessStat.TryRead(process.Identity) ?? process;
        return owner;
    }

    /// <summary>False if one above has ended meanwhile, so that those below have other parents now.</summary>
    private bool TryClimb(ProcessStat process, out LinuxRunContainer? owner)
    {
        IReadOnlyList<LinuxRunContainer> all = _living;
        ProcessStat? one = process;
        for (; one is { Id: > 1 } now; one = ProcessStat.TryRead(now.Parent))
        {
            owner = all.FirstOrDefault(run => run.IsAbove(now.Identity));
            if (owner is not null || now.Parent == 0)
                return true;
        }

        owner = null;
        return one is not null;
    }
}
