namespace Coordinator.Testing.Waiting;

/// <summary>
/// A place in the code under test where the test holds it: the code calls <see cref="PassAsync"/> there, the test awaits
/// <see cref="Reached"/>, does what must happen meanwhile, and calls <see cref="Release"/>. Good for one passage; later
/// passages are not held.
/// </summary>
public sealed class SyncPoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the code has arrived.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Called by the code under test: says that it has arrived and waits until it is released.</summary>
    public async Task PassAsync(CancellationToken cancellationToken = default)
    {
        _reached.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets the code go on. May be called before it has arrived.</summary>
    public void Release() => _released.TrySetResult();
}
