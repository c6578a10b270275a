using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Containment.Supervision;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>
/// Gives each run a cgroup of its own, in a directory of this runner beneath the cgroup that the runner itself is in.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupContainment : IContainment
{
    private const string HomePrefix = "coordinator-";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _runnerId;
    private readonly OwnProgram _program;
    private readonly TimeProvider _time;
    private readonly Cgroup _home;

    private CgroupContainment(string runnerId, OwnProgram program, TimeProvider time, Cgroup home) =>
        (_runnerId, _program, _time, _home) = (runnerId, program, time, home);

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
        var home = own.Child(HomePrefix + runnerId);
        try
        {
            RemoveHomesOfGoneRunners(own);
            home.Create();
            if (!File.Exists(Path.Combine(home.Directory, "cgroup.kill")))
            {
                throw new ContainmentUnavailableException("the kernel has no cgroup.kill; Linux 5.14 is needed");
            }

            var containment = new CgroupContainment(runnerId, program, time, home);
            await new CgroupProbe(containment, program, time).RunAsync(cancellationToken);
            return containment;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContainmentUnavailableException(
                $"the runner may not make cgroups beneath its own, {own.Directory} ({e.Message}); "
                + "with systemd, set Delegate=yes for its service", e);
        }
    }

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        var cgroup = Create(launch.RunId);
        ModeProcess process;
        try
        {
            var spec = LaunchSpec.For(launch, _runnerId, cgroup.Directory);
            process = ModeProcess.Start(_program, ProcessMode.Enter, launch, spec);
        }
        catch
        {
            cgroup.Kill();
            cgroup.TryRemove();
            throw;
        }

        var container = new CgroupContainer(launch, process, cgroup, _time);
        try
        {
            await container.Started.WaitAsync(cancellationToken);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <remarks>
    /// The cgroups show everything of an earlier life that ran in the same cgroup as this one; the cookie also finds
    /// what was started by a life in another one, as after a new login.
    /// </remarks>
    public async Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(CancellationToken cancellationToken)
    {
        var ended = new Dictionary<string, int>(await new CookieSweep(_runnerId, _time).EndAsync(cancellationToken));
        foreach (var run in _home.Children.ToList())
        {
            var found = await EndAsync(run, cancellationToken);
            if (found > 0)
            {
                ended[run.Name] = ended.GetValueOrDefault(run.Name) + found;
            }
        }

        return [.. ended.Select(run => new Survivor(run.Key, run.Value))];
    }

    /// <summary>A live runner whose home is empty just now makes it again with its next run.</summary>
    private static void RemoveHomesOfGoneRunners(Cgroup own)
    {
        foreach (var home in own.Children.Where(c => c.Name.StartsWith(HomePrefix, StringComparison.Ordinal)))
        {
            home.RemoveIfUnused();
        }
    }

    private async Task<int> EndAsync(Cgroup run, CancellationToken cancellationToken)
    {
        var ledger = new ProcessLedger();
        var started = _time.GetTimestamp();
        while (!run.TryRemove() && _time.GetElapsedTime(started) < Patience)
        {
            if (run.IsPopulated)
            {
                ledger.Count(run.Members(), "", out _);
                run.Kill();
            }

            await Task.Delay(Pause, _time, cancellationToken);
        }

        return ledger.Empty().Seen;
    }

    /// <summary>Another runner that starts may remove the empty home between the two steps of making it.</summary>
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
            return CreateTwice(() => _home.Child(runId).Create());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"No cgroup could be made for the run in {_home.Directory}: {e.Message}", e);
        }
    }
}
