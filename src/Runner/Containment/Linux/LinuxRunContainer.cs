using System.ComponentModel;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Containment.Users;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// What the two Linux containers share: a process started from the runner's own program, and its output.
/// </summary>
[SupportedOSPlatform("linux")]
internal abstract class LinuxRunContainer : IRunContainer
{
    /// <summary>How long it is waited for what is being ended, in both of the two.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _processEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EscapedProcesses _escaped;
    private readonly PipePump _pump;
    private readonly UserProcesses? _user;
    private ProcessHandle? _agent;
    private AgentStartException? _failure;
    private bool _isEnding;
    private int _disposed;

    protected LinuxRunContainer(AgentLaunch launch, ModeProcess process, EscapedProcesses escaped)
    {
        (Launch, Process, _escaped) = (launch, process, escaped);
        _user = launch.User is { } user ? new UserProcesses(user.Credentials) : null;
        _pump = new PipePump(process.StandardOutput, process.StandardError, launch.Output, launch.RunId);
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
        _escaped.Runs.Add(this);
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

    public string RunId => Launch.RunId;

    public Task<string> Broken => _broken.Task;

    public bool IsBroken => Broken.IsCompleted;

    /// <summary>Whether its processes are being ended, or were seen to have ended.</summary>
    public bool IsEnding => Volatile.Read(ref _isEnding);

    /// <summary>Every process that was ever seen of the run.</summary>
    public ProcessLedger Ledger { get; } = new();

    protected AgentLaunch Launch { get; }

    protected ModeProcess Process { get; }

    protected ProcessHandle? Agent => _agent;

    protected ProcessIdentity AgentIdentity { get; private set; }

    /// <summary>Completes when the process that was started is collected.</summary>
    protected Task ProcessEnded => _processEnded.Task;

    public void Interrupt() => _agent?.TrySignal(UnixSignal.Interrupt);

    public void Terminate()
    {
        TerminateMembers();
        if (_user is null)
            _escaped.BeginLook();
    }

    public void Kill()
    {
        try
        {
            KillMembers();
        }
        finally
        {
            // It needs nothing that the container's processes may have used up.
            _user?.Kill(Ledger);
        }
    }

    public abstract ProcessCensus Census();

    public async ValueTask<ProcessCensus> ProveAsync()
    {
        Volatile.Write(ref _isEnding, true);
        if (_user is null)
            return await _escaped.EndAsync(this) ?? Emptied();

        // Nothing of the user forks any more once the signals are sent, so that the look after it misses nothing.
        bool isComplete = _user.Kill(Ledger);
        List<ProcessStat> alive = [.. _user.Alive()];
        return isComplete && alive.Count == 0
            ? Emptied()
            : Ledger.Count(alive, otherwise: "its user's processes could not all be killed at one stroke yet", out _);
    }

    /// <summary>Whether it has a user for itself, which nothing of it can leave.</summary>
    public bool HasOwnUser => _user is not null;

    /// <summary>Something was observed after which nobody can be sure to know all processes of the run.</summary>
    public void Break(string what)
    {
        // What a user of its own cannot leave is still known.
        if (_user is null)
            _broken.TrySetResult(what);
    }

    /// <summary>Whether what descends from a process is the run's: from the agent, or from its supervisor.</summary>
    public virtual bool IsAbove(ProcessIdentity process) => process == AgentIdentity && process.Id > 0;

    /// <summary>
    /// Whether a process is in the session that the agent leads: sessions are inherited, and nobody can enter one. The number of a
    /// session is no other one's as long as somebody is in it.
    /// </summary>
    public bool HasSessionOf(ProcessStat process) =>
        AgentIdentity.Id > 0
        && process.Session == AgentIdentity.Id
        && IsOlderThan(process.Identity)
        && (ProcessStat.TryRead(AgentIdentity.Id) is not { } leader || leader.Identity == AgentIdentity);

    /// <summary>Whether a process was not there yet before the run.</summary>
    public bool IsOlderThan(ProcessIdentity process) => Process.Identity.StartTime <= process.StartTime;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await EndAsync();
        }
        finally
        {
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
            try
            {
                // What is dead and not collected still counts against the number of processes of its user, and still tells that it was in
                // the container of a run: as long as that run is there, nobody wonders about it.
                _escaped.CollectEnded();
            }
            finally
            {
                _escaped.Runs.Remove(this);
                Launch.Released?.Invoke();
            }
        }
    }

    private async Task EndAsync()
    {
        try
        {
            if (!Census().IsEmpty)
                Kill();
        }
        finally
        {
            await ReleaseAsync();
        }

        if (!Started.IsCompletedSuccessfully)
            await EndRemainsAsync();
    }

    protected abstract void TerminateMembers();

    protected abstract void KillMembers();

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
            _pump.Start();
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

    /// <summary>An agent can end whoever would have told that it has started.</summary>
    private async Task EndRemainsAsync()
    {
        long begun = _escaped.Time.GetTimestamp();
        while (!await IsEmptyAsync() && _escaped.Time.GetElapsedTime(begun) < Patience)
            await Task.Delay(Pause, _escaped.Time);

        async Task<bool> IsEmptyAsync()
        {
            try
            {
                return (await ProveAsync()).IsEmpty;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception or TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>What cannot be killed keeps its handles, so that it is still collected when it goes at last.</summary>
    private async Task DisposeWhenEndedAsync()
    {
        await ProcessEnded;
        Process.Dispose();
        _agent?.Dispose();
    }
}
