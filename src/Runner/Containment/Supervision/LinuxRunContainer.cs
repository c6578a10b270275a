using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// What the two Linux containers share: a process started from the runner's own program, and its output.
/// </summary>
[SupportedOSPlatform("linux")]
internal abstract class LinuxRunContainer : IRunContainer
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _processEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipePump _pump;
    private ProcessHandle? _agent;
    private AgentStartException? _failure;
    private int _disposed;

    protected LinuxRunContainer(AgentLaunch launch, ModeProcess process)
    {
        (Launch, Process) = (launch, process);
        _pump = new(process.StandardOutput, process.StandardError, launch.Output);
    }

    /// <summary>
    /// Completes when the agent runs; faults with <see cref="AgentStartException"/> if it never will.
    /// </summary>
    protected Task Started => _started.Task;

    /// <summary>This container once the agent runs in it. If it never will, or that is not waited for, nothing of it is left.</summary>
    /// <exception cref="AgentStartException">It never will.</exception>
    /// <exception cref="OperationCanceledException">It is not waited for, also if the agent was quicker than that was noticed.</exception>
    public async Task<IRunContainer> StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Started.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public int ProcessId { get; private set; }

    public abstract ContainerTrace Trace { get; }

    public Task<AgentExit> Exited => _exited.Task;

    public Task OutputDrained => _pump.Drained;

    public bool HasAgentExited => Exited.IsCompleted || _agent is { HasExited: true };

    public IReadOnlyList<string> SeenNames => Ledger.Names;

    protected AgentLaunch Launch { get; }

    protected ModeProcess Process { get; }

    protected ProcessHandle? Agent => _agent;

    protected ProcessIdentity AgentIdentity { get; private set; }

    /// <summary>Completes when the process that was started is collected.</summary>
    protected Task ProcessEnded => _processEnded.Task;

    protected ProcessLedger Ledger { get; } = new();

    public void Interrupt() => _agent?.TrySignal(UnixSignal.Interrupt);

    public abstract void Terminate();

    public abstract void Kill();

    public abstract ProcessCensus Census();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (!Census().IsEmpty)
        {
            Kill();
        }

        await ReleaseAsync();
        if (Started.IsCompletedSuccessfully)
        {
            _pump.Finish(IRunContainer.OutputDrain);
        }
        else
        {
            _started.TrySetCanceled();
            _pump.Discard();
        }

        _ = DisposeWhenEndedAsync();
    }

    /// <summary>Gives back what is special to this kind of container, after everything was killed.</summary>
    protected abstract Task ReleaseAsync();

    /// <summary>To be called before anything else can have collected the process.</summary>
    protected void AgentStarted(int process, ProcessHandle agent)
    {
        ProcessId = process;
        _agent = agent;
        if (ProcessStat.TryRead(process) is { } stat)
        {
            AgentIdentity = stat.Identity;
            Ledger.Note(stat);
        }

        if (_started.TrySetResult())
        {
            _pump.Start(Launch.RunId);
        }
    }

    /// <summary>Remembers why there will be no agent, until the process that said so has ended.</summary>
    protected void StartFailed(AgentStartException failure) => _failure = failure;

    /// <summary>Collects the process, which has ended: if the agent did not start before, it never will.</summary>
    protected AgentExit? CollectProcess()
    {
        var exit = Children.Collect(Process.Id, wait: false);
        if (!_started.Task.IsCompleted)
        {
            _started.TrySetException(_failure ?? StartFailure.Died(exit, Process.ReadComplaint()));
        }

        return exit;
    }

    /// <summary>To be called last, when nothing will look at the process any more.</summary>
    protected void ProcessHasEnded() => _processEnded.TrySetResult();

    protected void AgentExited(AgentExit exit) => _exited.TrySetResult(exit);

    /// <summary>Nothing of the run is left, so nothing of it will write any more.</summary>
    protected ProcessCensus Emptied()
    {
        _pump.Finish(IRunContainer.OutputDrain);
        return Ledger.Empty();
    }

    /// <summary>What cannot be killed keeps its handles, so that it is still collected when it goes at last.</summary>
    private async Task DisposeWhenEndedAsync()
    {
        await ProcessEnded;
        Process.Dispose();
        _agent?.Dispose();
    }
}
