using System.Collections.Concurrent;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>A run whose processes do what the test says: nothing, unless told how to take a signal.</summary>
internal sealed class FakeContainer(ManualTime time) : IRunContainer
{
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _alive = 1;

    public int ProcessId => 4711;

    public ContainerTrace Trace { get; set; } = ContainerTrace.None;

    public Task<AgentExit> Exited => _exited.Task;

    public Task OutputDrained { get; set; } = Task.CompletedTask;

    public Task<string> Broken => _broken.Task;

    /// <summary>How often somebody looked elsewhere.</summary>
    public int Proofs { get; private set; }

    /// <summary>What is alive outside of the container: found, and gone with the next look.</summary>
    public int Elsewhere { get; set; }

    public bool HasAgentExited { get; set; }

    public int Alive
    {
        get => Volatile.Read(ref _alive);
        set
        {
            Volatile.Write(ref _alive, value);
            Seen = Math.Max(Seen, value);
        }
    }

    public int Seen { get; set; } = 1;

    public string Detail { get; set; } = "";

    public IReadOnlyList<string> SeenNames { get; set; } = [];

    public bool IsDisposed { get; private set; }

    public Exception? CensusFailure { get; set; }

    public Action OnInterrupt { get; set; } = () => { };

    public Action OnTerminate { get; set; } = () => { };

    public Action OnKill { get; set; } = () => { };

    /// <summary>Every signal with its time; repeated SIGKILLs too.</summary>
    public ConcurrentQueue<(string Signal, TimeSpan At)> Signals { get; } = [];

    /// <summary>When SIGKILL came first; null if it never did.</summary>
    public TimeSpan? KilledAt =>
        Signals.Where(one => one.Signal == "KILL").Select(one => (TimeSpan?)one.At).FirstOrDefault();

    /// <summary>The agent's own process ends.</summary>
    public void ExitAgent(int? code, string? signal = null)
    {
        HasAgentExited = true;
        Alive = Math.Max(0, Alive - 1);
        _exited.TrySetResult(new AgentExit(code, signal));
    }

    /// <summary>Everything ends.</summary>
    public void Die(string signal)
    {
        HasAgentExited = true;
        _alive = 0;
        _exited.TrySetResult(new AgentExit(null, signal));
    }

    public void Interrupt() => Note("INT", OnInterrupt);

    public void Terminate() => Note("TERM", OnTerminate);

    public void Kill() => Note("KILL", OnKill);

    public ProcessCensus Census() =>
        CensusFailure is { } failure ? throw failure : new ProcessCensus(
            Alive, Math.Max(Seen, Alive), Alive > 0 ? Detail : "");

    public ValueTask<ProcessCensus> ProveAsync()
    {
        Proofs++;
        int found = Elsewhere;
        Elsewhere = 0;
        if (found > 0)
            Break("something was elsewhere");
        return new(found == 0 ? Census() : new ProcessCensus(found, Math.Max(Seen, found), "elsewhere"));
    }

    public void Break(string what) => _broken.TrySetResult(what);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void Note(string signal, Action then)
    {
        Signals.Enqueue((signal, time.Elapsed));
        then();
    }
}
