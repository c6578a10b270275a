namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>
/// Something that takes a while to look at and that many ask about at a time: whoever asks while one look is on its way shares the
/// next one with all others who do. There is one look at a time, on a thread of the pool. Thread-safe.
/// </summary>
/// <param name="look">Looks.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedLook<T>(Func<T> look, TimeProvider time)
{
    /// <summary>After that a look is not waited for any more, and the next one may begin: what it looks at can hold it up for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task<T>? _running;
    private Task<T>? _next;

    /// <summary>The result of a look that begins after the call. Faults with a <see cref="TimeoutException"/> if that takes too long.</summary>
    public Task<T> LookAsync()
    {
        lock (_lock)
        {
            if (_running is null)
                return _running = RunAsync();
            return _next ??= AfterAsync(_running);
        }
    }

    private async Task<T> AfterAsync(Task<T> running)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<T> following;
        lock (_lock)
        {
            // Nobody else can have begun one between the two: there was this one to share.
            _next = null;
            following = _running = RunAsync();
        }

        return await following;
    }

    private async Task<T> RunAsync()
    {
        try
        {
            Task<T> looking = Task.Run(look).WaitAsync(Patience, time);
            await ((Task)looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            return await looking;
        }
        finally
        {
            lock (_lock)
            {
                if (_next is null)
                    _running = null;
            }
        }
    }
}
