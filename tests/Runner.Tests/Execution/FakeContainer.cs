using System.Collections.Concurrent;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>A run whose processes do what the test says: nothing, unless told how to take a signal.</summary>
internal sealed class FakeContainer(ManualTime time) : IRunContainer
{
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _alive = 1;

    public int ProcessId => 4711;

    public ContainerTrace Trace { get; set; } = ContainerTrace.None;

    public Task<AgentExit> Exited => _exited.Task;

    public Task OutputDrained { get; set; } = Task.CompletedTask;

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
