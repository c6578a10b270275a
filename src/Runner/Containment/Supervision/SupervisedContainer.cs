using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// A run beneath its supervisor. While the supervisor lives the run is everything below it in the process tree, and its
/// word that it has no child left is the proof that the run is empty. If the supervisor is killed, its children come to the
/// runner, and the run was broken out of.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisedContainer : LinuxRunContainer
{
    /// <summary>
    /// How long a census that found nobody alive waits for the supervisor to say so: it has dead children to collect,
    /// which takes microseconds.
    /// </summary>
    private static readonly TimeSpan Collecting = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim _empty = new();
    private readonly ProcessIdentity _supervisor;
    private volatile bool _orphaned;

    public SupervisedContainer(AgentLaunch launch, ModeProcess supervisor, EscapedProcesses escaped, TimeProvider time)
        : base(launch, supervisor, escaped)
    {
        _time = time;
        _supervisor = supervisor.Identity;
        new StatusReader(supervisor.Status, OnStatus, OnStatusEnd).Start();
    }

    /// <remarks>
    /// Everything the run ever orphaned is beneath the supervisor, also what cleared its environment; the agent is a
    /// process of its own for when the supervisor is gone.
    /// </remarks>
    public override ContainerTrace Trace => new()
    {
        Processes = [.. new[] { AgentIdentity, _supervisor }.Where(process => process.Id > 0)],
        UserId = Launch.User?.Id,
    };

    public override bool IsAbove(ProcessIdentity process) => base.IsAbove(process) || (process == _supervisor && process.Id > 0);

    protected override void TerminateMembers() => SignalRounds.Terminate(AgentIdentity, Members, Ledger);

    protected override void KillMembers()
    {
        SignalRounds.Kill(Members, Ledger);

        // Somebody may have stopped it, and a stopped supervisor would never say that the run is empty.
        Process.Handle.TrySignal(UnixSignal.Continue);
    }

    public override ProcessCensus Census()
    {
        if (_empty.IsSet)
        {
            return Emptied();
        }

        if (_orphaned)
        {
            var orphans = Ledger.Count(Members(), otherwise: $"{ProcessId} (the agent, ending)", out var living);
            return living == 0 && HasAgentExited ? Emptied() : orphans;
        }

        var census = Ledger.Count(Members(), otherwise: "its supervisor is collecting what has ended", out var alive);
        return alive == 0 && _empty.Wait(Collecting) ? Emptied() : census;
    }

    protected override async Task ReleaseAsync()
    {
        Process.Control.Dispose();
        await ProcessEnded.WaitAsync(Patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void OnStatus(StatusLine line)
    {
        switch (line.Word)
        {
            case StatusLine.FailedWord:
                StartFailed(StartFailure.From(line, Launch));
                break;
            case StatusLine.StartedWord when int.TryParse(line.First, out var agent):
                OnStarted(agent);
                break;
            case StatusLine.ExitedWord when int.TryParse(line.First, out var code):
                AgentExited(new(code, null));
                break;
            case StatusLine.SignalledWord:
                AgentExited(new(null, line.First));
                break;
            case StatusLine.EmptyWord:
                _empty.Set();
                break;
        }
    }

    private void OnStarted(int agent)
    {
        try
        {
            if (ProcessHandle.TryOpen(agent) is { } handle)
            {
                AgentStarted(agent, handle);
                Process.Control.TryWrite([1]);
                return;
            }

            StartFailed(new($"No descriptor is left to hold the agent by: {Marshal.GetLastPInvokeErrorMessage()}."));
        }
        catch (IOException exception)
        {
            StartFailed(new($"The agent could not be looked at: {exception.Message}", exception));
        }

        // Then the supervisor ends it.
        Process.Control.Dispose();
    }

    private void OnStatusEnd() => DescriptorWatch.Shared.Add(Process.Handle.Descriptor, OnSupervisorEnded);

    private bool OnSupervisorEnded()
    {
        CollectProcess();
        if (Started.IsCompletedSuccessfully && !_empty.IsSet)
        {
            _orphaned = true;
            Break("its supervisor was killed");
            DescriptorWatch.Shared.Add(Agent!.Descriptor, OnOrphanedAgentEnded);
        }
        else
        {
            ProcessHasEnded();
        }

        return false;
    }

    /// <summary>
    /// The agent is the runner's own child now, unless the supervisor had collected it and could not say so.
    /// </summary>
    private bool OnOrphanedAgentEnded()
    {
        if (!Exited.IsCompleted)
        {
            var exit = Children.IsKnown(ProcessId) ? null : Children.Collect(ProcessId, wait: false);
            AgentExited(exit ?? AgentExit.Unknown);
        }

        ProcessHasEnded();
        return false;
    }

    private IEnumerable<ProcessStat> Members() => _orphaned
        ? ProcessTable.Descendants(p => p.Identity == AgentIdentity, includeRoots: true)
        : ProcessTable.Descendants(p => p.Identity == _supervisor, includeRoots: false);
}
