namespace Coordinator.AgentRunner.Primitives;

/// <summary>
/// Something that happens once. Who sets it never runs those who wait for it: they go on in a turn of their own, on the
/// synchronization context they came from if there is one.
/// </summary>
internal sealed class Signal
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Waited for once on behalf of everybody: Task.WhenAny and Task.WaitAsync on the source itself would go on in a
    // thread of the pool, whatever the context.
    public Signal() => Task = WaitAsync(_source.Task);

    public Task Task { get; }

    /// <summary>True as soon as it is set, before anybody goes on.</summary>
    public bool IsSet => _source.Task.IsCompleted;

    public void Set() => _source.TrySetResult();

    private static async Task WaitAsync(Task source) => await source;
}
