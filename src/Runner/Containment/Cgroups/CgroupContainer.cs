using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Containment.Supervision;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>A run in a cgroup of its own, which no process leaves by forking.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupContainer : LinuxRunContainer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaximumCount = TimeSpan.FromMilliseconds(10);

    /// <summary>So many are noted on a machine that has time for nothing, too: that takes a millisecond of work.</summary>
    private const int NotedInAnyCase = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Cgroup _cgroup;
    private readonly TimeProvider _time;
    private bool _entering;
    private bool _failed;

    public CgroupContainer(AgentLaunch launch, ModeProcess process, Cgroup cgroup, TimeProvider time)
        : base(launch, process)
    {
        (_cgroup, _time) = (cgroup, time);
        new StatusReader(process.Status, OnStatus, OnStatusEnd).Start();
    }

    public override ContainerTrace Trace => new()
    {
        Processes = AgentIdentity.Id > 0 ? [AgentIdentity] : [],
        CgroupDirectory = _cgroup.Directory,
        CgroupPath = _cgroup.Path,
    };

    public override void Terminate() => SignalRounds.Terminate(AgentIdentity, _cgroup.Members, Ledger);

    public override void Kill()
    {
        NoteMembers();
        _cgroup.Kill();
    }

    public override ProcessCensus Census() => _cgroup.IsPopulated
        ? Ledger.Count(_cgroup.Members(), otherwise: "a process that is just ending", out _)
        : Emptied();

    protected override async Task ReleaseAsync()
    {
        // Before it has entered its cgroup the process is not reached by way of it.
        if (!Started.IsCompletedSuccessfully)
        {
            Process.Handle.TrySignal(UnixSignal.Kill);
        }

        await ProcessEnded.WaitAsync(Patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var started = _time.GetTimestamp();
        while (!_cgroup.TryRemove() && _time.GetElapsedTime(started) < Patience)
        {
            _cgroup.Kill();
            await Task.Delay(Pause, _time);
        }
    }

    /// <summary>
    /// Notes who is about to be killed, as far as that takes no time worth speaking of: a run that forks faster than it is
    /// counted must not put off its end.
    /// </summary>
    private void NoteMembers()
    {
        var begun = _time.GetTimestamp();
        foreach (var process in _cgroup.Members().TakeWhile((_, i) => i < NotedInAnyCase || _time.GetElapsedTime(begun) < MaximumCount))
        {
            if (process.IsAlive)
            {
                Ledger.Note(process);
            }
        }
    }

    private void OnStatus(StatusLine line)
    {
        if (line.Word == StatusLine.FailedWord)
        {
            _failed = true;
            StartFailed(StartFailure.From(line, Launch));
        }
        else
        {
            _entering = line.Word == StatusLine.EnteringWord;
        }
    }

    private void OnStatusEnd()
    {
        if (_entering && !_failed)
        {
            AgentStarted(Process.Id, Process.Handle);
        }

        DescriptorWatch.Shared.Add(Process.Handle.Descriptor, OnProcessEnded);
    }

    private bool OnProcessEnded()
    {
        AgentExited(CollectProcess() ?? AgentExit.Unknown);
        ProcessHasEnded();
        return false;
    }
}
