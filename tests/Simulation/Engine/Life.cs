namespace Coordinator.Simulation.Engine;

/// <summary>
/// One life of a program, from its start to its crash: all of its code runs in this context, and at each await it can
/// die, after which nothing of it ever runs again.
/// </summary>
internal sealed class Life : SynchronizationContext
{
    private readonly Simulator _simulator;
    private readonly Life? _whole;
    private bool _isDead;
    private bool _isFrozen;

    /// <param name="whole">What this is a part of: it is dead and frozen with it, but can be frozen alone.</param>
    public Life(Simulator simulator, string name, TimeSpan clockError = default, Life? whole = null)
    {
        (_simulator, Name, _whole) = (simulator, name, whole);
        Time = new VirtualTime(simulator, this, clockError);
    }

    public string Name { get; }

    public VirtualTime Time { get; }

    public bool IsDead => _isDead || _whole is { IsDead: true };

    /// <summary>Stopped like a process by SIGSTOP: it lives, but does nothing.</summary>
    public bool IsFrozen
    {
        get => _isFrozen || _whole is { IsFrozen: true };
        set => _isFrozen = value;
    }

    public void Die() => _isDead = true;

    public override void Post(SendOrPostCallback d, object? state) => _simulator.Enqueue(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => Do(d, state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Begins something; that it fails is a defect.</summary>
    public void Run(string what, Func<Task> work) => Post(_ => _ = ObserveAsync(what, work), null);

    public void Do(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception problem) when (problem is not CrashException)
        {
            _simulator.Fail($"{Name} threw where nobody catches: {problem}");
        }
        catch (CrashException)
        {
            // It is dead already.
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private async Task ObserveAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception problem) when (!IsDead)
        {
            _simulator.Fail($"{what} of {Name} ended with {problem}");
        }
        catch (Exception)
        {
            // Whoever is dead may fail.
        }
    }
}

/// <summary>Ends what a program is doing at the moment of its crash.</summary>
internal sealed class CrashException() : Exception("The program was killed.");
