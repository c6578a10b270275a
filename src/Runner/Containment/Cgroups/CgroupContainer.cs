using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>A run in a cgroup of its own, which no process leaves by forking.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupContainer : LinuxRunContainer
{
    private static readonly TimeSpan MaximumCount = TimeSpan.FromMilliseconds(10);

    /// <summary>For the names of those that are alive: how many there are decides nothing.</summary>
    private static readonly TimeSpan MaximumLook = TimeSpan.FromMilliseconds(50);

    /// <summary>So many are noted on a machine that has time for nothing, too: that takes a millisecond of work.</summary>
    private const int NotedInAnyCase = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Cgroup _cgroup;
    private readonly Cgroup _runnerCgroup;
    private readonly TimeProvider _time;
    private bool _entering;
    private bool _failed;

    /// <param name="launch">The agent.</param>
    /// <param name="process">Its process.</param>
    /// <param name="cgroup">The run's.</param>
    /// <param name="runnerCgroup">Where the runner itself is.</param>
    /// <param name="escaped">Ends what leaves the cgroup.</param>
    /// <param name="time">The clock.</param>
    public CgroupContainer(
        AgentLaunch launch, ModeProcess process, Cgroup cgroup, Cgroup runnerCgroup, EscapedProcesses escaped, TimeProvider time)
        : base(launch, process, escaped)
    {
        (_cgroup, _runnerCgroup, _time) = (cgroup, runnerCgroup, time);
        new StatusReader(process.Status, OnStatus, OnStatusEnd).Start();
    }

    public override ContainerTrace Trace => new()
    {
        Processes = AgentIdentity.Id > 0 ? [AgentIdentity] : [],
        UserId = Launch.User?.Id,
        CgroupDirectory = _cgroup.Directory,
        CgroupPath = _cgroup.Path,
    };

    protected override void TerminateMembers() =>
        SignalRounds.Terminate(AgentIdentity, () => _cgroup.Members(SignalRounds.MaximumCourtesy), Ledger);

    protected override void KillMembers()
    {
        NoteMembers();
        if (!HasAgentExited)
            Process.Handle.TrySignal(UnixSignal.Kill);
        if (_cgroup.Holds(Environment.ProcessId))
        {
            // Whoever moved the runner there wants it to kill itself.
            Break("the runner was moved into its cgroup");
            SignalRounds.Kill(_cgroup.HeldProcesses, Ledger);
            OwnCgroup.ReturnTo(_runnerCgroup);
        }
        else if (!_cgroup.TryKill(out string? obstacle))
        {
            if (obstacle is not null)
                Break($"its cgroup was kept from being killed: {obstacle}");
            SignalRounds.Kill(_cgroup.HeldProcesses, Ledger);
        }
    }

    public override ProcessCensus Census()
    {
        if (IsPopulated())
            return Ledger.Count(_cgroup.Members(MaximumLook), otherwise: "a process that is just ending", out _);
        if (!_cgroup.Exists)
            Break("its cgroup was removed");
        if (HasAgentExited)
            return Emptied();

        // It has left its cgroup by ending, or on purpose.
        return Ledger.Count(TryFindAgentOutside() is { } agent ? [agent] : [], otherwise: "the agent, which is just ending", out _);
    }

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
            KillMembers();
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
        foreach (var process in _cgroup.Members(MaximumCount).TakeWhile((_, i) => i < NotedInAnyCase || _time.GetElapsedTime(begun) < MaximumCount))
        {
            if (process.IsAlive)
            {
                Ledger.Note(process);
            }
        }
    }

    /// <summary>By its own word, unless an agent has made that unreadable; then its processes are asked.</summary>
    private bool IsPopulated()
    {
        try
        {
            return _cgroup.IsPopulated;
        }
        catch (UnauthorizedAccessException exception)
        {
            Break($"its cgroup was kept from being read: {exception.Message}");
            return _cgroup.HeldProcesses().Any(process => process.IsAlive);
        }
    }

    /// <summary>An agent that is ending is not counted in its cgroup any more, but is still said to be in it.</summary>
    private ProcessStat? TryFindAgentOutside()
    {
        if (!_cgroup.HasLeft(ProcessId) || ProcessStat.TryRead(AgentIdentity) is not { IsAlive: true } agent)
            return null;
        Break($"its agent {agent.Description} left its cgroup");
        return agent;
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
        // Where it was is still known until it is collected.
        if (Started.IsCompletedSuccessfully && _cgroup.HasLeft(ProcessId))
            Break("its agent left its cgroup");
        AgentExited(CollectProcess() ?? AgentExit.Unknown);
        ProcessHasEnded();
        return false;
    }
}
