namespace Coordinator.Hosting;

/// <summary>
/// The streaming calls that are open. A server that stops closes connections as soon as it can; on a busy machine that
/// overtakes the last words of calls that are just ending, and their callers see a broken connection instead of a
/// status. So the coordinator waits for those words first.
/// </summary>
internal sealed class OpenStreams(StreamCutoff cutoff)
{
    /// <summary>A thousand streams take a fraction of it; whoever has not taken its last word by then loses it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Between the last word and the end of the connection. A client that has received a status but not yet read it loses
    /// it when the connection ends under a call whose own side is still open, as a runner's is; measured with a thousand
    /// clients in one process.
    /// </summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The open calls, and one for the coordinator itself until it stops.</summary>
    private int _open = 1;

    /// <summary>Counts a call until its response, status included, has been written.</summary>
    public void Add(HttpContext http)
    {
        Interlocked.Increment(ref _open);
        http.Response.OnCompleted(() =>
        {
            Leave();
            return Task.CompletedTask;
        });
    }

    /// <summary>Waits, for a moment at most, until every call that was ended by the shutdown has said so. Called once.</summary>
    public async Task DrainAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        Leave();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cutoff.Token.Register(ended.SetResult);
        await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_drained.Task.IsCompleted)
            return;
        await _drained.Task.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(Linger, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _drained.TrySetResult();
    }
}
