using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// How the runner ends: with time for its runs to finish, then a grace to stop in. Whoever is impatient can only make it
/// shorter. Thread-safe.
/// </summary>
internal sealed class Departure(RunnerOptions options)
{
    /// <summary>For a parent that is gone: whoever started the runner does not wait any more.</summary>
    private static readonly TimeSpan GraceWithoutParent = TimeSpan.FromSeconds(1);

    private readonly Signal _impatience = new();
    private long _graceTicks = options.ShutdownGrace.Ticks;

    /// <summary>
    /// How long runs may go on before they are stopped. A runner that belongs to its parent has no business of its own
    /// to finish.
    /// </summary>
    public TimeSpan DrainTimeout => options.EndWithParent ? TimeSpan.Zero : options.DrainTimeout;

    /// <summary>Time between SIGTERM and SIGKILL for the runs.</summary>
    public TimeSpan Grace => TimeSpan.FromTicks(Interlocked.Read(ref _graceTicks));

    /// <summary>Whether runs may still finish by themselves.</summary>
    public bool IsWaiting => DrainTimeout > TimeSpan.Zero && !_impatience.IsSet;

    /// <summary>Completes when nobody waits for runs to finish by themselves any more.</summary>
    public Task Impatience => _impatience.Task;

    public void StopWaiting() => _impatience.Set();

    public void LoseParent()
    {
        if (Grace > GraceWithoutParent)
            Interlocked.Exchange(ref _graceTicks, GraceWithoutParent.Ticks);
        StopWaiting();
    }
}
