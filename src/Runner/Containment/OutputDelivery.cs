namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// Hands the output of a run on, one call at a time, and tells when there is no more. What comes after the sink has failed is
/// dropped: an agent must not hang because nobody reads its pipes any more. The threads that read must take turns.
/// </summary>
internal sealed class OutputDelivery(IAgentOutput sink)
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;

    /// <summary>Faults only if the sink threw, after which the output was read and dropped, or if it could not be read.</summary>
    public Task Drained => _drained.Task;

    public void Deliver(Proto.OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
            return;
        try
        {
            sink.Write(stream, bytes);
        }
#pragma warning disable CA1031 // An exception would end the whole runner from the thread that reads; it is handed on instead.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(failure);
        }
    }

    /// <summary>Delivers nothing any more.</summary>
    public void Fail(Exception failure) => _failure ??= failure;

    /// <summary>There is no more output.</summary>
    public void Complete() => _ = _failure is { } failure ? _drained.TrySetException(failure) : _drained.TrySetResult();
}
