using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>
/// Gives each run a cgroup of its own, in a directory of this runner beneath the cgroup that the runner itself is in.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupContainment : IContainment
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _runnerId;
    private readonly OwnProgram _program;
    private readonly TimeProvider _time;
    private readonly Cgroup _own;
    private readonly CgroupHome _home;
    private readonly EscapedProcesses _escaped;

    private CgroupContainment(string runnerId, OwnProgram program, TimeProvider time, Cgroup own, CgroupHome home)
    {
        (_runnerId, _program, _time, _own, _home) = (runnerId, program, time, own, home);
        _escaped = new EscapedProcesses(runnerId, home.Cgroup.ChildHolding, time);
    }

    public string Kind => ContainmentKind.Cgroup;

    /// <summary>
    /// Makes sure by trying that processes can be put in cgroups here, counted there, and killed there. The runner's id
    /// becomes part of a directory's name.
    /// </summary>
    /// <exception cref="ContainmentUnavailableException">They cannot.</exception>
    public static async Task<CgroupContainment> CreateAsync(
        string runnerId, OwnProgram program, TimeProvider time, CancellationToken cancellationToken)
    {
        if (ProcessHandle.Unavailable() is { } reason)
        {
            throw new ContainmentUnavailableException(reason);
        }

        var own = OwnCgroup.Find();
        CgroupHome? home = null;
        CgroupContainment? containment = null;
        try
        {
            CgroupHome.RemoveAbandoned(own);
            home = CgroupHome.Open(own, runnerId);
            if (!File.Exists(Path.Combine(home.Cgroup.Directory, "cgroup.kill")))
            {
                throw new ContainmentUnavailableException("the kernel has no cgroup.kill; Linux 5.14 is needed");
            }

            containment = new CgroupContainment(runnerId, program, time, own, home);
            await new ContainmentProbe(containment, time).RunAsync(ContainmentProbe.Holding(program), cancellationToken);
            return containment;
        }
        catch (Exception e)
        {
            containment?._escaped.Dispose();
            home?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException))
            {
                throw;
            }

            throw new ContainmentUnavailableException(
                $"the runner may not make cgroups beneath its own, {own.Directory} ({e.Message}); "
                + "with systemd, set Delegate=yes for its service", e);
        }
    }

    /// <summary>Removes the runner's own cgroup, unless something of a run still lives there.</summary>
    public void Dispose()
    {
        _escaped.Dispose();
        _home.Dispose();
    }

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        _escaped.Runs.Expect(launch.RunId);
        CgroupContainer container;
        try
        {
            container = Start(launch, Create(launch.RunId));
        }
        catch
        {
            _escaped.Runs.Forget(launch.RunId);
            throw;
        }

        return await container.StartedAsync(cancellationToken);
    }

    /// <remarks>
    /// The cgroups show everything of an earlier life: those beneath the home of this one, and those that were written
    /// down by a life that ran elsewhere, as before a new login. The sweep finds what has no cgroup any more.
    /// </remarks>
    public async Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken)
    {
        var survivors = new List<Survivor>();
        foreach (var run in CgroupsOf(left, onlyThese))
        {
            if (await EndAsync(run, cancellationToken) is { } survivor)
            {
                survivors.Add(survivor);
            }
        }

        survivors.AddRange(await new SurvivorSweep(_runnerId, _time).EndAsync(left, onlyThese, cancellationToken));
        return
        [
            .. survivors.GroupBy(one => one.RunId).Select(run => run.Aggregate((one, other) => one.And(other))),
        ];
    }

    private CgroupContainer Start(AgentLaunch launch, Cgroup cgroup)
    {
        try
        {
            var spec = LaunchSpec.For(launch, _runnerId, cgroup.Directory);
            var process = ModeProcess.Start(_program, ProcessMode.Enter, launch, spec);
            return process.HeldBy(() => new CgroupContainer(launch, process, cgroup, _own, _escaped, _time));
        }
        catch
        {
            _ = cgroup.TryKill(out _);
            cgroup.TryRemove();
            throw;
        }
    }

    /// <summary>
    /// A cgroup that was written down is taken only if it still bears the run's name: its place may be another's now.
    /// </summary>
    private List<Cgroup> CgroupsOf(IReadOnlyList<LeftRun> left, bool onlyThese)
    {
        IEnumerable<Cgroup> written = left
            .Select(run => (run.RunId, Cgroup: new Cgroup(run.Trace.CgroupDirectory, run.Trace.CgroupPath)))
            .Where(one => one.Cgroup.Name == one.RunId && one.Cgroup.Exists)
            .Select(one => one.Cgroup);
        IEnumerable<Cgroup> home = onlyThese
            ? left.Select(run => _home.Cgroup.Child(run.RunId)).Where(cgroup => cgroup.Exists)
            : _home.Cgroup.Children;
        return [.. written.Concat(home).DistinctBy(cgroup => cgroup.Directory)];
    }

    private async Task<Survivor?> EndAsync(Cgroup run, CancellationToken cancellationToken)
    {
        var ledger = new ProcessLedger();
        var started = _time.GetTimestamp();
        while (!run.TryRemove() && _time.GetElapsedTime(started) < Patience)
        {
            if (run.IsPopulated)
            {
                ledger.Count(run.Members(), "", out _);
                if (!run.TryKill(out _))
                    SignalRounds.Kill(run.HeldProcesses, ledger);
            }

            await Task.Delay(Pause, _time, cancellationToken);
        }

        var seen = ledger.Empty().Seen;
        var stuck = run.IsPopulated ? Math.Max(1, run.Members().Count(p => p.IsAlive)) : 0;
        return seen + stuck > 0 ? Survivor.Of(run.Name, Math.Max(seen, stuck), stuck) : null;
    }

    /// <summary>
    /// An older version of the runner, which knows of no locks, may remove the empty home when it starts.
    /// </summary>
    private static Cgroup CreateTwice(Func<Cgroup> create)
    {
        try
        {
            return create();
        }
        catch (DirectoryNotFoundException)
        {
            return create();
        }
    }

    private Cgroup Create(string runId)
    {
        try
        {
            return CreateTwice(() => _home.Cgroup.Child(runId).Create());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"No cgroup could be made for the run in {_home.Cgroup.Directory}: {e.Message}", e);
        }
    }
}
