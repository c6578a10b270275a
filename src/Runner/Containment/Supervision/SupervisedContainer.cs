using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// A run beneath its supervisor. While the supervisor lives the run is everything below it in the process tree, and its
/// word that it has no child left is the proof that the run is empty. If the supervisor is killed from outside, its
/// children come to the runner, and the run is what came and what carries the cookie.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisedContainer : LinuxRunContainer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a census that found nobody alive waits for the supervisor to say so: it has dead children to collect,
    /// which takes microseconds.
    /// </summary>
    private static readonly TimeSpan Collecting = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim _empty = new();
    private readonly ProcessIdentity _supervisor;
    private volatile bool _orphaned;

    public SupervisedContainer(AgentLaunch launch, ModeProcess supervisor, TimeProvider time)
        : base(launch, supervisor)
    {
        _time = time;
        _supervisor = ProcessStat.TryRead(supervisor.Id)?.Identity ?? default;
        new StatusReader(supervisor.Status, OnStatus, OnStatusEnd).Start();
    }

    /// <remarks>
    /// Everything the run ever orphaned is beneath the supervisor, also what cleared its environment; the agent is a
    /// process of its own for when the supervisor is gone.
    /// </remarks>
    public override ContainerTrace Trace =>
        new() { Processes = [.. new[] { AgentIdentity, _supervisor }.Where(process => process.Id > 0)] };

    public override void Terminate() => SignalRounds.Terminate(AgentIdentity, Members, Ledger);

    public override void Kill()
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
            return CensusOfOrphans();
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
        if (ProcessHandle.TryOpen(agent) is { } handle)
        {
            AgentStarted(agent, handle);
            Process.Control.TryWrite([1]);
        }
        else
        {
            StartFailed(new($"No descriptor is left to hold the agent by: {Marshal.GetLastPInvokeErrorMessage()}."));
            Process.Control.Dispose();
        }
    }

    private void OnStatusEnd() => DescriptorWatch.Shared.Add(Process.Handle.Descriptor, OnSupervisorEnded);

    private bool OnSupervisorEnded()
    {
        CollectProcess();
        if (Started.IsCompletedSuccessfully && !_empty.IsSet)
        {
            _orphaned = true;
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
        ? ProcessTable.Descendants(new AdoptedRun(Launch.RunId, Ledger).Includes, includeRoots: true)
        : ProcessTable.Descendants(p => p.Identity == _supervisor, includeRoots: false);

    private ProcessCensus CensusOfOrphans()
    {
        // A look at the process table is not one moment; what is missed by two in a row is not there.
        for (var look = 0; look < 2; look++)
        {
            List<ProcessStat> found = [.. Members()];
            foreach (var dead in found.Where(p => !p.IsAlive && p.Parent == Environment.ProcessId && p.Id != ProcessId))
            {
                Children.Collect(dead.Id, wait: false);
            }

            var census = Ledger.Count(found, otherwise: "", out var alive);
            if (alive > 0)
            {
                return census;
            }
        }

        return HasAgentExited ? Emptied() : Ledger.Count([], otherwise: $"{ProcessId} (the agent, ending)", out _);
    }
}
