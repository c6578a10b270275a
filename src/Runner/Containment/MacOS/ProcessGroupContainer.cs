using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.MacOS;

/// <summary>
/// A run as a session of its own: what is in the session, what descends from it, and what ever did and still lives.
/// macOS gives orphans to the system's first process, so that a process which forks twice and leaves the session
/// between two looks is lost; that is weaker than what the other systems offer.
/// </summary>
[SupportedOSPlatform("macos")]
internal sealed class ProcessGroupContainer : IRunContainer
{
    private const int MaximumRounds = 50;

    private readonly PipePump _pump;
    private readonly ProcessLedger _ledger = new();
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProcessGroupContainer(string runId, int processId, PipePump pump)
    {
        (ProcessId, _pump) = (processId, pump);
        if (LibProc.TryRead(processId) is { } agent)
        {
            _ledger.Note(agent);
        }

        _pump.Start();
        new Thread(() => _exited.SetResult(Children.Collect(processId, wait: true) ?? AgentExit.Unknown), 128 * 1024)
        {
            IsBackground = true,
            Name = $"exit {runId}",
        }.Start();
    }

    public int ProcessId { get; }

    public ContainerTrace Trace => ContainerTrace.None;

    public Task<AgentExit> Exited => _exited.Task;

    public Task OutputDrained => _pump.Drained;

    public bool HasAgentExited => Exited.IsCompleted || Children.HasEnded(ProcessId);

    public IReadOnlyList<string> SeenNames => _ledger.Names;

    public void Interrupt()
    {
        if (!HasAgentExited)
        {
            _ = Libc.Kill(ProcessId, UnixSignal.Interrupt);
        }
    }

    public void Terminate() => SignalAll(UnixSignal.Terminate);

    public void Kill()
    {
        foreach (var identity in SignalAll(UnixSignal.Stop))
        {
            Signal(identity, UnixSignal.Kill);
        }
    }

    public ProcessCensus Census()
    {
        var census = _ledger.Count(Members(), otherwise: $"{ProcessId} (the agent, ending)", out var alive);
        if (alive > 0 || !HasAgentExited)
        {
            return census;
        }

        _pump.Finish(IRunContainer.OutputDrain);
        return _ledger.Empty();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Census().IsEmpty)
        {
            Kill();
        }

        await Exited;
        _pump.Finish(IRunContainer.OutputDrain);
    }

    private static void Signal(ProcessIdentity identity, int signal)
    {
        if (LibProc.TryRead(identity.Id)?.Identity == identity)
        {
            _ = Libc.Kill(identity.Id, signal);
        }
    }

    /// <summary>Looks again until nobody new is found: some may have forked meanwhile.</summary>
    private HashSet<ProcessIdentity> SignalAll(int signal)
    {
        var signalled = new HashSet<ProcessIdentity>();
        for (var (round, found) = (0, true); found && round < MaximumRounds; round++)
        {
            found = false;
            foreach (var process in Members().Where(p => p.IsAlive && signalled.Add(p.Identity)))
            {
                found = true;
                _ledger.Note(process);
                Signal(process.Identity, signal);
            }
        }

        return signalled;
    }

    private List<ProcessStat> Members()
    {
        List<ProcessStat> all = [.. LibProc.Enumerate()];
        var family = new HashSet<int> { ProcessId };
        int before;
        do
        {
            before = family.Count;
            family.UnionWith(all.Where(IsMember).Select(p => p.Id));
        }
        while (family.Count > before);

        return [.. all.Where(IsMember)];

        bool IsMember(ProcessStat process) =>
            process.Session == ProcessId || family.Contains(process.Parent) || _ledger.Contains(process.Identity);
    }
}
